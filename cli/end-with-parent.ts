/**
 * Loaded into a child process that has a channel to its parent: the channel closes when the parent ends, however it ends, and then so
 * does the child. A signal alone would not do: nobody can pass on a SIGKILL.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';

export type GiteaPlace = {
  /** Everything that Gitea writes is in this folder. */
  readonly folder: string;
  /** Its templates, translations and public files. */
  readonly share: string;
  readonly port: number;
};

type Section = Readonly<Record<string, string | number | boolean>>;

/** Gitea's `app.ini`: loopback, SQLite, secrets of its own, and nothing in the background. */
export function giteaSettings(place: GiteaPlace): string {
  const { '': top, ...sections } = settings(place);
  return [lines(top), ...Object.entries(sections).map(([name, section]) => `[${name}]\n${lines(section)}`)].join('\n');
}

function lines(section: Section): string {
  return Object.entries(section)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

function settings({ folder, share, port }: GiteaPlace) {
  const url = `http://127.0.0.1:${port}/`;
  return {
    '': { APP_NAME: 'Lab forge', RUN_MODE: 'prod', RUN_USER: userInfo().username, WORK_PATH: folder, I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: true },
    server: {
      PROTOCOL: 'http',
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: port,
      ROOT_URL: url,
      LOCAL_ROOT_URL: url,
      STATIC_ROOT_PATH: share,
      APP_DATA_PATH: join(folder, 'data'),
      DISABLE_SSH: true,
      // Else it makes ~/.ssh, though SSH is off.
      SSH_ROOT_PATH: join(folder, 'ssh'),
      OFFLINE_MODE: true,
      LFS_START_SERVER: false,
      ENABLE_PPROF: false,
      // A lab that ends does not wait for its clients.
      GRACEFUL_HAMMER_TIME: '1s',
    },
    database: { DB_TYPE: 'sqlite3', PATH: join(folder, 'data', 'gitea.db'), SQLITE_JOURNAL_MODE: 'WAL', SQLITE_TIMEOUT: 5000, LOG_SQL: false },
    repository: { ROOT: join(folder, 'repositories'), DEFAULT_BRANCH: 'main', DEFAULT_PRIVATE: 'private' },
    security: {
      INSTALL_LOCK: true,
      SECRET_KEY: randomBytes(32).toString('hex'),
      INTERNAL_TOKEN: randomBytes(32).toString('hex'),
      // Hashing the password of each request shall not be what is measured.
      PASSWORD_HASH_ALGO: 'pbkdf2$10000$50',
      PASSWORD_COMPLEXITY: 'off',
      // Its administrators may give a repository hooks.
      DISABLE_GIT_HOOKS: false,
    },
    oauth2: { ENABLED: false, JWT_SECRET: randomBytes(32).toString('base64url') },
    service: { DISABLE_REGISTRATION: true, REQUIRE_SIGNIN_VIEW: false, ENABLE_NOTIFY_MAIL: false },
    // It calls servers of the lab, whose authority it does not know.
    webhook: { ALLOWED_HOST_LIST: 'loopback', DELIVER_TIMEOUT: 5, SKIP_TLS_VERIFY: true },
    queue: { TYPE: 'channel' },
    session: { PROVIDER: 'memory' },
    cache: { ADAPTER: 'memory' },
    indexer: { ISSUE_INDEXER_TYPE: 'db', REPO_INDEXER_ENABLED: false },
    log: { MODE: 'console', LEVEL: 'Info', ROOT_PATH: join(folder, 'log') },
    api: { ENABLE_SWAGGER: false },
    actions: { ENABLED: false },
    packages: { ENABLED: false },
    mailer: { ENABLED: false },
    cron: { ENABLED: false },
    'cron.update_checker': { ENABLED: false },
  } satisfies Readonly<Record<string, Section>>;
}

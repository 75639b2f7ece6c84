import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { builtFolder, cacheFolderOf, findBuilt, keyOf, publish } from '../../../../lab/build/cache.ts';
import { TOOL_GROUPS, type ToolGroup } from '../../../../lab/build/tool-groups.ts';
import { aFolder } from './fake-go.ts';

const TOOLS = fileURLToPath(new URL('../../../../lab/tools', import.meta.url));

async function copyOf(group: ToolGroup): Promise<string> {
  const folder = join(await aFolder(), group);
  await cp(join(TOOLS, group), folder, { recursive: true });
  return folder;
}

describe('keyOf', () => {
  const changes: [string, (folder: string) => Promise<void>][] = [
    ['the program changes', async (folder) => writeFile(join(folder, 'main.go'), `${await readFile(join(folder, 'main.go'), 'utf8')}\n`)],
    ['a sum changes', (folder) => writeFile(join(folder, 'go.sum'), '')],
    ['a file is added', (folder) => writeFile(join(folder, 'more.go'), 'package main')],
    ['a file is renamed', (folder) => rename(join(folder, 'main.go'), join(folder, 'redis.go'))],
  ];
  it.each(changes)('is another one when %s', async (_, change) => {
    const folder = await copyOf('redis');
    const before = await keyOf(folder, TOOL_GROUPS.redis);
    await change(folder);
    expect(await keyOf(folder, TOOL_GROUPS.redis)).not.toBe(before);
  });

  it('is another one when files deep in the folder change', async () => {
    const folder = await copyOf('image-updater');
    const before = await keyOf(folder, TOOL_GROUPS['image-updater']);
    await writeFile(join(folder, 'registry-scanner/verification.go'), 'package image');
    expect(await keyOf(folder, TOOL_GROUPS['image-updater'])).not.toBe(before);
  });

  it('is the same elsewhere and at another time', async () => {
    const folder = await copyOf('redis');
    await utimes(join(folder, 'main.go'), 1, 1);
    expect(await keyOf(folder, TOOL_GROUPS.redis)).toBe(await keyOf(join(TOOLS, 'redis'), TOOL_GROUPS.redis));
  });

  it('is another one when flags or edits change, but not when the estimate does', async () => {
    const { argocd } = TOOL_GROUPS;
    const key = (recipe: typeof argocd) => keyOf(join(TOOLS, 'argocd'), recipe);
    expect(await key({ ...argocd, tags: ['fips'] })).not.toBe(await key(argocd));
    expect(await key({ ...argocd, edits: [] })).not.toBe(await key(argocd));
    expect(await key({ ...argocd, minutes: 1 })).toBe(await key(argocd));
  });
});

describe('cacheFolderOf', () => {
  it.each([
    [{ HOME: '/home/u' }, '/home/u/.cache/slipway-lab'],
    [{ HOME: '/home/u', XDG_CACHE_HOME: '/caches' }, '/caches/slipway-lab'],
    [{ HOME: '/home/u', XDG_CACHE_HOME: '/caches', SLIPWAY_LAB_CACHE: '/tools' }, '/tools'],
  ])('of %o is %s', (env, folder) => {
    expect(cacheFolderOf(env)).toBe(folder);
  });
});

describe('findBuilt', () => {
  it('finds a build of the same key and the same Go, or of any Go when none is named', async () => {
    const groupFolder = await aFolder();
    await mkdir(builtFolder(groupFolder, 'abc', 'go1.26.3'));
    expect(await findBuilt(groupFolder, 'abc', 'go1.26.3')).toBe(join(groupFolder, 'abc-go1.26.3'));
    expect(await findBuilt(groupFolder, 'abc', null)).toBe(join(groupFolder, 'abc-go1.26.3'));
    expect(await findBuilt(groupFolder, 'abc', 'go1.27.0')).toBeNull();
    expect(await findBuilt(groupFolder, 'other', null)).toBeNull();
  });
});

describe('publish', () => {
  it('shows a folder when all of it is there', async () => {
    const groupFolder = await aFolder();
    await publish(groupFolder, join(groupFolder, 'k'), async (unfinished) => {
      await writeFile(join(unfinished, 'f'), '1');
      expect(existsSync(join(groupFolder, 'k'))).toBe(false);
    });
    expect(await readdir(groupFolder)).toEqual(['k']);
  });

  it('leaves nothing when the work fails', async () => {
    const groupFolder = await aFolder();
    await expect(publish(groupFolder, join(groupFolder, 'k'), () => Promise.reject(new Error('no space')))).rejects.toThrow('no space');
    expect(await readdir(groupFolder)).toEqual([]);
  });

  it('keeps what another one has published meanwhile', async () => {
    const groupFolder = await aFolder();
    const folder = join(groupFolder, 'k');
    await publish(groupFolder, folder, async (unfinished) => {
      await writeFile(join(unfinished, 'by'), 'me');
      await publish(groupFolder, folder, (others) => writeFile(join(others, 'by'), 'other'));
    });
    expect(await readFile(join(folder, 'by'), 'utf8')).toBe('other');
    expect(await readdir(groupFolder)).toEqual(['k']);
  });

  it('removes what a killed build has left, and not what one is busy with', async () => {
    const groupFolder = await aFolder();
    const nobody = 2 ** 22 + 1; // above the kernel's greatest process id
    await mkdir(join(groupFolder, `.unfinished-${nobody}-a`));
    await mkdir(join(groupFolder, `.unfinished-${process.ppid}-b`));
    await publish(groupFolder, join(groupFolder, 'k'), (unfinished) => writeFile(join(unfinished, 'f'), ''));
    expect((await readdir(groupFolder)).sort()).toEqual([`.unfinished-${process.ppid}-b`, 'k']);
  });
});

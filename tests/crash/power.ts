/**
 * A disk whose power can be cut: ext4 on a loop device, stopped with its shutdown ioctl. What was not synced by then is
 * lost, as it would be with a disk that honours flushes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Disk {
  readonly dir: string;
  /** Answers how many bytes the file `journal`, which lies elsewhere, had at that moment. */
  cutPower(journal: string): number;
  /** Mounts it again; its journal is replayed. */
  restore(): void;
  remove(): void;
}

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });

// EXT4_IOC_SHUTDOWN is _IOR('X', 125, __u32); 2 is EXT4_GOING_FLAGS_NOLOGFLUSH: nothing more reaches the disk.
const shutdown = `import fcntl, os, struct, sys
disk, journal, order = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_RDONLY), struct.pack('I', 2)
size = os.fstat(journal).st_size
fcntl.ioctl(disk, 0x8004587d, order)
print(size)`;

/** Throws where this machine does not permit mounting or the ioctl. */
export function openDisk(folder: string): Disk {
  const [image, dir] = [join(folder, 'disk.img'), join(folder, 'disk')];
  mkdirSync(dir);
  run('truncate', '-s', '256M', image);
  run('mkfs.ext4', '-q', '-F', image);
  const mount = () => run('mount', '-o', 'loop', image, dir);
  mount();
  let mounted = true;
  return {
    dir,
    cutPower: (journal) => Number(run('python3', '-c', shutdown, dir, journal).toString()),
    restore() {
      run('umount', dir);
      mounted = false;
      mount();
      mounted = true;
    },
    remove() {
      if (mounted) run('umount', dir);
      rmSync(image);
    },
  };
}

/** Why the power-cut test cannot run here; null where it can. */
export function powerMissing(folder: string): string | null {
  try {
    const disk = openDisk(folder);
    try {
      disk.cutPower('/dev/null');
    } finally {
      disk.remove();
      rmSync(disk.dir, { recursive: true, force: true });
    }
    return null;
  } catch (error) {
    return `a loop mount and ext4's shutdown ioctl are not permitted here (${String(error).split('\n')[0]})`;
  }
}

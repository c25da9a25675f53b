import { spawnSync } from 'node:child_process';
import { StartFailure } from '../../../server/config/start-failure.ts';

/** The instances that a process manager runs on this machine. */
export interface Services {
  /** Their ports, in ascending order. */
  ports(): number[];
  /** Stops an instance, waits for its end, and starts it. */
  restart(port: number): void;
}

/**
 * Instances as units of systemd, `<name>@<port>.service`.
 *
 * @param systemctl the program; a test has its own.
 */
export function systemdServices(name: string, systemctl = 'systemctl'): Services {
  const run = (...options: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(systemctl, options, { encoding: 'utf8' });
    if (status === 0) return stdout;
    const reason = error === undefined ? stderr.trim() : error.message;
    throw new StartFailure(
      `systemctl ${options.join(' ')} 没有成功：${reason}\n请用 root 运行；没有 systemd 的系统请自己逐个重启实例（scripts/docs/deploy.md）。`,
    );
  };
  return {
    ports() {
      const units = run('list-units', '--all', '--plain', '--no-legend', `${name}@*.service`);
      return [...units.matchAll(/@(\d{1,5})\.service/g)]
        .map(([, port]) => Number(port))
        .sort((a, b) => a - b);
    },
    restart(port) {
      run('restart', `${name}@${port}.service`);
    },
  };
}

import type { Device, UpdateState } from '../device.ts';
import type { CallHost } from './call.ts';

type Callback = (result: { hasUpdate: boolean }) => void;

/**
 * `dd.getUpdateManager()`, by DingTalk's documentation: the container looks for a newer package at each cold start
 * by itself; the app only listens, and may ask for a restart with the new one.
 */
export function updateManager(host: CallHost, device: Device, restart: () => void): object {
  const later = (callback: Callback, when: readonly UpdateState[], result = { hasUpdate: true }): void => {
    void Promise.resolve().then(() => {
      if (!host.running || !when.includes(device.update ?? 'none')) return;
      try {
        callback(result);
      } catch (error) {
        host.report(error, 'dd.getUpdateManager 的回调');
      }
    });
  };
  return {
    onCheckForUpdate(callback: Callback) {
      const hasUpdate = (device.update ?? 'none') !== 'none';
      later(callback, ['none', 'ready', 'failed'], { hasUpdate });
    },
    onUpdateReady: (callback: Callback) => later(callback, ['ready']),
    onUpdateFailed: (callback: Callback) => later(callback, ['failed']),
    applyUpdate() {
      if (!host.running) return;
      host.emit({ kind: 'dd', name: 'applyUpdate', outcome: 'called' });
      if (device.update !== 'ready') return;
      device.update = 'none';
      restart();
    },
  };
}

/** A build or a preview that was asked of the cloud. */
export interface CloudTask {
  kind: 'build' | 'preview';
  miniAppId: string;
  version: string;
  buildId: number;
  /** How often its state was asked for: queued, building, done. */
  asked: number;
  /** What the compiler says against the package; null where it builds. */
  problem: string | null;
  key: string;
}

/** What the cloud knows of mini programs: part of the emulator's state. */
export class MiniCloud {
  /** Temporary keys of the storage: secret and token, and the object that each may write. */
  readonly keys = new Map<string, { secret: string; token: string; name: string }>();
  readonly packages = new Map<string, Buffer>();
  readonly tasks: CloudTask[] = [];
  /** The log of the builds that are to fail; null lets them succeed. */
  failsWith: string | null = null;
}

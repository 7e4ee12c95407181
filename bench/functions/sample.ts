/** By this channel of threads instances tell of their invocations. */
export const CHANNEL = 'latchkey-bench-functions';

/** What an invocation took, of its own process. */
export interface Sample {
  /** CPU of all threads, milliseconds: libuv's, in which Argon2id runs, and V8's among them. */
  readonly cpuMs: number;
  /** Of the import of the function, before the first invocation; not given with others. */
  readonly importCpuMs?: number;
  /** How often it waited for others, such as the table: calls that are under way together count as one. */
  readonly waits: number;
  /** The most that was resident since the process began, MB. */
  readonly peakMb: number;
}

/** A sample as it is told: of which function, and for how many records of a stream. */
export interface ToldSample extends Sample {
  readonly functionName: string;
  readonly records: number;
}

/** What is sent into the process of an instance. */
export interface Invocation {
  readonly event: string;
  readonly deadlineEpochMilliseconds: number;
  readonly requestId: string;
}

/** What comes out of it: that its code is loaded, a part of an answer that is streamed, and the end of an invocation. */
export type ProcessMessage =
  | { readonly type: 'started'; readonly isStreaming: boolean }
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'done'; readonly payload: string; readonly sample: Sample }
  | { readonly type: 'failed'; readonly error: string };

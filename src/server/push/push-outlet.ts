/** What one device is to be shown. */
export interface Push {
  /** Unix ms. */
  readonly time: number;
  readonly userId: number;
  /** As ClientType on the wire: which kind of device the token belongs to. */
  readonly clientType: number;
  readonly token: string;
  /** The preview text. */
  readonly flash: string;
  /** JSON: msg_type, from_id, group_id of a group. */
  readonly data: string;
  /** The number for the app's badge. */
  readonly unread: number;
  /** The user sits at a PC: no sound. */
  readonly isSilent: boolean;
}

/** Where a push_server's pushes go. */
export interface PushOutlet {
  /** Rejects when it was not delivered; with PushTooOldError when it was not even tried. */
  deliver(push: Push): Promise<void>;
  stop(): Promise<void>;
}

/** Has waited for its turn longer than anybody would want to be told of it. */
export class PushTooOldError extends Error {
  override readonly name = "PushTooOldError";

  constructor(waitMaxMs: number) {
    super(`it has waited for ${waitMaxMs / 1000} s`);
  }
}

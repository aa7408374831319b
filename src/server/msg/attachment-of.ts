import { AttachType, encodeAttachData } from "../../codec/attach-data.js";
import type { ClientSession } from "./client-session.js";

/** attach_data as the original msg_server gives it to its requests, and leaks it in some answers (MSG-03, MSG-24). */
export function attachmentOf({ link }: ClientSession): Buffer {
  return encodeAttachData({ type: AttachType.HANDLE, handle: link.remote.port, serviceType: 0 });
}

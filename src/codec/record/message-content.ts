import { decodeAudio } from "../audio-content.js";
import { MsgType } from "../generated/enums.js";
import { ProtocolError } from "../protocol-error.js";
import { decryptText, defaultTextKey } from "../text-content.js";

const textTypes: ReadonlySet<number> = new Set([MsgType.MSG_TYPE_SINGLE_TEXT, MsgType.MSG_TYPE_GROUP_TEXT]);
const audioTypes: ReadonlySet<number> = new Set([MsgType.MSG_TYPE_SINGLE_AUDIO, MsgType.MSG_TYPE_GROUP_AUDIO]);

/** Clients may send plain text too: then there is nothing to decrypt, and the bytes are the text if they are UTF-8. */
export function messageText(msgType: number, content: Buffer, key: string = defaultTextKey): string | null {
  if (!textTypes.has(msgType)) return null;
  try {
    return decryptText(content, key);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const text = content.toString("utf8");
    return Buffer.from(text, "utf8").equals(content) ? text : null;
  }
}

/** What an audio message holds, for people: `3 s of audio, 1024 bytes`. `null` for other types. */
export function audioText(msgType: number, content: Buffer): string | null {
  if (!audioTypes.has(msgType)) return null;
  try {
    const { durationSeconds, audio } = decodeAudio(content);
    return `${durationSeconds} s of audio, ${audio.length} bytes`;
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

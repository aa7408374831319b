import { decodeAudio, encodeAudio } from "../../../codec/audio-content.js";
import { MsgType } from "../../../codec/generated/enums.js";
import { decryptText, encryptText } from "../../../codec/text-content.js";
import { startsWithMagic } from "./message-token.js";

/** Every audio message of a run says that it is so long, so that a change of it is seen. */
const AUDIO_SECONDS = 3;
const nothing = Buffer.alloc(0);

/** Text as the shipped clients send it. */
export function encrypted(content: Buffer): Buffer {
  return encryptText(content.toString());
}

/** The token and what follows it as the sound of a message. */
export function asAudio(content: Buffer): Buffer {
  return encodeAudio({ durationSeconds: AUDIO_SECONDS, audio: content });
}

function isAudioType(msgType: MsgType): boolean {
  return msgType === MsgType.MSG_TYPE_SINGLE_AUDIO || msgType === MsgType.MSG_TYPE_GROUP_AUDIO;
}

/** Hot: whether it is a kind that goes to groups. */
export function isToGroup(msgType: MsgType): boolean {
  return msgType === MsgType.MSG_TYPE_GROUP_TEXT || msgType === MsgType.MSG_TYPE_GROUP_AUDIO;
}

/** Hot: whether the data `bytes[start, end)` is a text of a run as it stands. */
export function isPlain(msgType: MsgType, bytes: Buffer, start: number, end: number): boolean {
  return !isAudioType(msgType) && startsWithMagic(bytes, start, end);
}

/** What the sender put into a message: the token, if it is one of a run. What has been changed may come out empty. */
export function contentIn(msgType: MsgType, data: Buffer): Buffer {
  if (isAudioType(msgType)) {
    if (data.length < 4) return nothing;
    const { durationSeconds, audio } = decodeAudio(data);
    return durationSeconds === AUDIO_SECONDS ? audio : nothing;
  }
  return startsWithMagic(data) ? data : (decrypted(data) ?? data);
}

function decrypted(data: Buffer): Buffer | undefined {
  try {
    const text = decryptText(data);
    // Base64 has spare bits: another spelling of the same bytes is not what was sent (MSG-05).
    return encryptText(text).equals(data) ? Buffer.from(text) : undefined;
  } catch {
    return undefined;
  }
}

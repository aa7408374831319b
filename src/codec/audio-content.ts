import { ProtocolError } from "./protocol-error.js";

const DURATION_SIZE = 4;

export interface AudioContent {
  readonly durationSeconds: number;
  readonly audio: Buffer;
}

/** @throws ProtocolError AUDIO_TOO_SHORT */
export function decodeAudio(content: Buffer): AudioContent {
  if (content.length < DURATION_SIZE) throw new ProtocolError("AUDIO_TOO_SHORT", { bytes: content.length });
  return { durationSeconds: content.readUInt32BE(0), audio: content.subarray(DURATION_SIZE) };
}

export function encodeAudio({ durationSeconds, audio }: AudioContent): Buffer {
  const content = Buffer.allocUnsafe(DURATION_SIZE + audio.length);
  content.writeUInt32BE(durationSeconds, 0);
  audio.copy(content, DURATION_SIZE);
  return content;
}

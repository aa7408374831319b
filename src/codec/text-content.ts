import { createCipheriv, createDecipheriv } from "node:crypto";
import { ProtocolError } from "./protocol-error.js";

/** The key in the shipped configuration of the original servers. */
export const defaultTextKey = "12345678901234567890123456789012";

const BLOCK_SIZE = 16;
const LENGTH_SIZE = 4;
const ALGORITHM = "aes-256-ecb";
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Encrypts text as the shipped clients do: UTF-8 in zeroed 16-byte blocks, byte length in the last 4 bytes (u32 BE),
 * AES-256-ECB without padding, then base64.
 */
export function encryptText(text: string, key: string = defaultTextKey): Buffer {
  const plain = Buffer.from(text, "utf8");
  // One more block than the text fills whenever its last block has no room for the length.
  const blocks = Math.ceil((plain.length + LENGTH_SIZE) / BLOCK_SIZE);
  const padded = Buffer.alloc(blocks * BLOCK_SIZE);
  plain.copy(padded);
  padded.writeUInt32BE(plain.length, padded.length - LENGTH_SIZE);
  const cipher = createCipheriv(ALGORITHM, keyBytes(key), null).setAutoPadding(false);
  return Buffer.from(Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64"), "latin1");
}

/** @throws ProtocolError TEXT_NOT_ENCRYPTED when the content is not what encryptText makes with that key */
export function decryptText(content: Buffer, key: string = defaultTextKey): string {
  const encoded = content.toString("latin1");
  if (!BASE64.test(encoded)) throw new ProtocolError("TEXT_NOT_ENCRYPTED", { reason: "not base64" });
  const encrypted = Buffer.from(encoded, "base64");
  if (encrypted.length === 0 || encrypted.length % BLOCK_SIZE !== 0) {
    throw new ProtocolError("TEXT_NOT_ENCRYPTED", { bytes: encrypted.length, reason: "not whole 16-byte blocks" });
  }
  const decipher = createDecipheriv(ALGORITHM, keyBytes(key), null).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  const length = padded.readUInt32BE(padded.length - LENGTH_SIZE);
  if (Math.ceil((length + LENGTH_SIZE) / BLOCK_SIZE) * BLOCK_SIZE !== padded.length) {
    throw new ProtocolError("TEXT_NOT_ENCRYPTED", { length, reason: "length does not fit: another key?" });
  }
  return padded.toString("utf8", 0, length);
}

function keyBytes(key: string): Buffer {
  const bytes = Buffer.from(key, "utf8");
  if (bytes.length !== 32) throw new RangeError(`the text key must be 32 bytes, not ${bytes.length}`);
  return bytes;
}

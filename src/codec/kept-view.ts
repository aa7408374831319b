/**
 * Hot: a DataView of a buffer, made again only when it is asked for another one: PDU after PDU is read from, or written
 * into, the same. With it four bytes are one access, and one check of the bounds.
 */
export class KeptView {
  #bytes: Uint8Array | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));

  of(bytes: Uint8Array): DataView {
    return this.#bytes === bytes ? this.#view : this.#made(bytes);
  }

  #made(bytes: Uint8Array): DataView {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#view;
  }
}

/** Of what is being written: one for all, because who sends a message writes into one buffer after the other. */
export const outgoingView = new KeptView();

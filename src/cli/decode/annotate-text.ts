import { commandById, commandByObsoleteId, hexId } from "../../codec/registry.js";

/** A number in hex that stands alone, and is not followed by its name already. */
const idPattern = /(?<![\w.])(0x0?[0-9a-fA-F]{3})(?![\w.])(?! ?\((?:CID_|obsolete))/g;
/** A longer line without an end is passed on in pieces of this size. */
const LINE_MAX_CHARS = 1 << 20;

/** `HandlePdu cmd:0x0103` → `HandlePdu cmd:0x0103 (CID_LOGIN_REQ_USERLOGIN)`. What is no command's number stays as it is. */
function annotateIds(text: string): string {
  return text.replace(idPattern, (found) => {
    const id = Number(found);
    const name = commandById(id)?.name;
    if (name !== undefined) return `${found} (${name})`;
    const current = commandByObsoleteId(id);
    return current === undefined ? found : `${found} (obsolete alias of ${hexId(current.id)} ${current.name})`;
  });
}

/** The same for a stream: lines are passed on as soon as they are whole. */
export async function* annotatedText(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let held = "";
  for await (const chunk of chunks) {
    held += decoder.decode(chunk, { stream: true });
    const end = held.length > LINE_MAX_CHARS ? held.length : held.lastIndexOf("\n") + 1;
    if (end === 0) continue;
    yield annotateIds(held.slice(0, end));
    held = held.slice(end);
  }
  yield annotateIds(held + decoder.decode());
}

import { didYouMean } from "../../codec/did-you-mean.js";
import { FilterError } from "../../codec/filter/filter-error.js";
import type { FilterSubject } from "../../codec/filter/parse-filter.js";
import { readCommandId, readHeader } from "../../codec/pdu-header.js";
import { commandById } from "../../codec/registry.js";
import { usageError } from "../command-error.js";
import type { SkippedItem } from "./decode-item.js";
import type { SeenPdu } from "./seen-pdu.js";

type Item = SeenPdu | SkippedItem;

export interface Selection {
  /** Those of the items given so far that are known to be wanted now, in order. */
  readonly take: (item: Item) => readonly Item[];
  /** The input is over. */
  readonly end: () => readonly Item[];
  /** Why nothing passed, where that can be told. */
  readonly hint: () => string;
}

/** `--follow` and `--filter`, as one question. @throws CommandError usage */
export async function openSelection(filter: string | undefined, follow: string | undefined): Promise<Selection> {
  const matches = filter === undefined ? () => true : await filterOf(filter);
  if (follow === undefined) {
    return { take: (item) => (matches(item) ? [item] : []), end: () => [], hint: () => "" };
  }
  const { FollowUser } = await import("../../codec/analysis/follow-user.js");
  const person = new FollowUser<SeenPdu>(follow);
  return {
    take: ({ pdu }) => (pdu === undefined ? [] : person.take(pdu).filter(matches)),
    end: () => person.end().filter(matches),
    hint: () => {
      if (person.id !== undefined) return "";
      const names = [...person.users.names()];
      return `; no login of "${follow}" was seen${didYouMean(follow, names)}`;
    },
  };
}

async function filterOf(source: string): Promise<(item: Item) => boolean> {
  const { parseFilter } = await import("../../codec/filter/parse-filter.js");
  try {
    const filter = parseFilter(source);
    return (item) => filter(item.pdu === undefined ? fieldsOf(item) : cheapFieldsOf(item.pdu));
  } catch (error) {
    if (error instanceof FilterError) throw usageError(`--filter: ${error.message}`);
    throw error;
  }
}

/** What stands in the header is read there: a filter that asks for no more decodes no body. */
function cheapFieldsOf(pdu: SeenPdu): FilterSubject {
  return (name) => {
    if (name === "command") return commandById(readCommandId(pdu.buffer, pdu.start))?.name ?? null;
    if (name === "header") return readHeader(pdu.buffer, pdu.start);
    if (name === "dir") return pdu.dir;
    if (name === "conn") return pdu.conn;
    return pdu.record[name as keyof typeof pdu.record];
  };
}

function fieldsOf({ record }: SkippedItem): FilterSubject {
  return (name) => record[name as keyof typeof record];
}

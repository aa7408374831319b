import { RequirementChecker, rules, type Violation } from "../../codec/analysis/requirement-checker.js";
import { uncheckedRequirements } from "../../codec/analysis/unchecked-requirements.js";
import { textStyle } from "../../codec/record/text-style.js";
import type { SkippedItem } from "./decode-item.js";
import type { ItemSink } from "./item-sink.js";
import type { SeenPdu } from "./seen-pdu.js";

/** One line for each violation of a requirement, and a count at the end. */
export class CheckSink implements ItemSink {
  readonly #checker = new RequirementChecker();
  readonly #counts = { must: 0, should: 0 };

  constructor(
    private readonly options: { readonly asJson: boolean; readonly isStyled: boolean; readonly isVerbose: boolean },
  ) {}

  hasViolations(level: "must" | "should"): boolean {
    return this.#counts.must > 0 || (level === "should" && this.#counts.should > 0);
  }

  take(item: SeenPdu | SkippedItem): string {
    if (item.pdu === undefined) {
      this.#checker.lost(item.link);
      return "";
    }
    return this.#checker
      .take(item.pdu)
      .map((violation) => this.#line(violation, item.pdu))
      .join("");
  }

  end(): string {
    if (this.options.asJson) return "";
    const { must, should } = this.#counts;
    const checked = new Set(rules.map(({ requirement }) => requirement)).size;
    const unchecked = Object.entries(uncheckedRequirements);
    const why = this.options.isVerbose ? unchecked.map(([id, reason]) => `${id} is not checked: ${reason}\n`) : [];
    const all = checked + unchecked.length;
    const hint = this.options.isVerbose ? "" : " (-v tells why not the others)";
    return `${why.join("")}${must} violations of MUST, ${should} of SHOULD; ${checked} of ${all} requirements can be checked in a capture${hint}\n`;
  }

  #line({ requirement, level, message }: Violation, pdu: SeenPdu): string {
    this.#counts[level]++;
    const { seq, packetNumber, time, conn } = pdu;
    if (this.options.asJson) {
      const where = { seq, packet: packetNumber ?? null, time, conn };
      return `${JSON.stringify({ schemaVersion: 1, requirement, level, ...where, message })}\n`;
    }
    const { red, yellow, dim } = textStyle(this.options.isStyled);
    const place = packetNumber === undefined ? `PDU ${seq}` : `packet ${packetNumber} (PDU ${seq})`;
    const head = `violates ${requirement} at ${place}`;
    return `${(level === "must" ? red : yellow)(head)}  ${dim(level.toUpperCase())}  ${conn ?? ""}  ${message}\n`;
  }
}

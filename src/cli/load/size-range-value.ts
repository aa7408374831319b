import { InvalidArgumentError } from "commander";

/** Parses a whole number `64`, or a range `40-400`, for commander. */
export function rangeValue(min: number, max: number): (text: string) => { from: number; to: number } {
  return (text) => {
    const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === "" || from < min || to > max || from > to) {
      throw new InvalidArgumentError(`Expected a number from ${min} to ${max}, or a range as in ${min}-${max}.`);
    }
    return { from, to };
  };
}

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { generate } from "../../scripts/generate-codec.js";

it.each([...generate()])("src/%s is what the generator writes (npm run generate)", (name, text) => {
  expect(readFileSync(new URL(`../../src/${name}`, import.meta.url), "utf8")).toBe(text);
});

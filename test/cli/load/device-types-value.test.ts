import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { deviceTypesValue } from "../../../src/cli/load/device-types-value.js";

describe("deviceTypesValue", () => {
  it("reads a list in its order, with blanks after commas", () => {
    expect(deviceTypesValue("mac, ios,windows")).toEqual(["mac", "ios", "windows"]);
  });

  it.each([
    ["window", 'There is no device type "window"; did you mean "windows"?'],
    ["symbian", 'There is no device type "symbian"; there is windows, mac, ios, android.'],
    ["mac,", 'There is no device type ""; there is windows, mac, ios, android.'],
    ["toString", 'There is no device type "toString"; there is windows, mac, ios, android.'],
  ])("refuses %j and says what there is", (text, message) => {
    expect(() => deviceTypesValue(text)).toThrow(new InvalidArgumentError(message));
  });
});

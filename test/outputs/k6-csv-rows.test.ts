import { describe, expect, it } from "vitest";
import { k6CsvRows } from "../../src/outputs/k6-csv-rows.js";

describe("k6CsvRows", () => {
  it("has the columns of k6's documentation", () => {
    expect(k6CsvRows.head).toBe(
      "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario," +
        "service,status,subproto,tls_version,url,extra_tags,metadata\n",
    );
  });

  it("puts k6's tags into their columns and others into extra_tags", () => {
    const tags = { scenario: "default", pull: "users", testid: "7", check: 'says "hi", twice' };
    expect(k6CsvRows.linesOf("pull_duration", 221.899, tags, 1_595_325_560_999)).toBe(
      'pull_duration,1595325560,221.899000,"says ""hi"", twice",,,,,,,,default,,,,,,pull=users&testid=7,\n',
    );
  });
});

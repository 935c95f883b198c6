import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { histogramsOf } from "../../src/protocol/prometheus.ts";
import { reportMarkdown } from "../../src/report/markdown.ts";
import { scrapeServers } from "../../src/run/server-metrics.ts";
import { readServerMetrics, writeServerMetrics } from "../../src/store/server-metrics.ts";
import { realTime } from "../../src/time/time.ts";
import { DIRECT } from "../../src/transport/route.ts";
import { analysisOf, times } from "../support/measured.ts";
import { answer, recordOf, TARGET } from "../support/observations.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { wireServer, type WireServer } from "../support/wire-server.ts";

/** The lines of vLLM's page that matter, and those that must not. */
const page = (seen: number, ttftSum: number): string => `# HELP vllm:time_to_first_token_seconds Time to first token.
# TYPE vllm:time_to_first_token_seconds histogram
vllm:time_to_first_token_seconds_bucket{engine="0",le="0.001",model_name="a"} 0.0
vllm:time_to_first_token_seconds_bucket{engine="0",le="+Inf",model_name="a"} ${seen}
vllm:time_to_first_token_seconds_count{engine="0",model_name="a"} ${seen}
vllm:time_to_first_token_seconds_sum{engine="0",model_name="a"} ${ttftSum}
vllm:num_requests_running{engine="0",model_name="a"} 1.0
`;

describe("the text format of Prometheus", () => {
  it("gives sum and count of each histogram, labels added up", () => {
    const text = `${page(2, 0.5)}vllm:time_to_first_token_seconds_count{engine="1",model_name="b"} 3
vllm:time_to_first_token_seconds_sum{engine="1",model_name="b"} 1.5e+00 1764000000000
sglang:e2e_request_latency_seconds_sum 1e-3
sglang:e2e_request_latency_seconds_count 1
`;
    expect(histogramsOf(text)).toEqual([
      { name: "sglang:e2e_request_latency_seconds", sum: 0.001, count: 1 },
      { name: "vllm:time_to_first_token_seconds", sum: 2, count: 5 },
    ]);
  });

  it("has no histogram in a counter, a comment, a half pair or a figure that is none", () => {
    const text = `requests_total 5
# x_sum 1
x_sum{a="b"} 4
y_count 4
z_sum NaN
z_count 4
w_sum -1
w_count +Inf
<html>v_sum 1</html>
`;
    expect(histogramsOf(text)).toEqual([]);
  });

  it.each(["0.12345678901234567", "1.7976931348623157e+02", "3", "2.50"])("reads a float as %s", (written) => {
    expect(histogramsOf(`x_sum ${written}\nx_count 1`)).toEqual([{ name: "x", sum: Number(written), count: 1 }]);
  });

  it("reads labels that hold braces and spaces", () => {
    const labels = '{model_name="a} b_sum{c"}';
    expect(histogramsOf(`x_sum${labels} 2\nx_count${labels} 1`)).toEqual([{ name: "x", sum: 2, count: 1 }]);
  });
});

describe("what an engine gained during a run", () => {
  const answers = times(4, (pair) => answer({ pair, ttftMs: 300, gapsMs: [100, 100], tokens: 30, first: 10 }));
  const measured = (before: string, after: string) =>
    analysisOf({
      ...recordOf(answers, {}),
      serverScrapes: [
        {
          target: "alpha",
          url: "http://e/metrics",
          before: histogramsOf(before),
          after: histogramsOf(after),
          problem: null,
        },
      ],
    });

  it("stands beside our means", () => {
    expect(measured(page(10, 5), page(14, 6)).serverMetrics).toEqual([
      {
        target: "alpha",
        name: "vllm:time_to_first_token_seconds",
        ours: "ttft",
        serverMeanMs: 250,
        serverCount: 4,
        ourMeanMs: 300,
        ourCount: 4,
      },
    ]);
  });

  it("compares pace and whole answers too, and shows the engine's queue alone", () => {
    const series = (name: string, sum: number): string => `sglang:${name}_sum ${sum}\nsglang:${name}_count 4\n`;
    const after =
      series("request_queue_time_seconds", 0.04) +
      series("inter_token_latency_seconds", 0.038) +
      series("e2e_request_latency_seconds", 1.9);
    const rows = measured("x_sum 0\nx_count 0\n", after).serverMetrics;
    expect(rows.map(({ ours, serverMeanMs, ourMeanMs }) => [ours, serverMeanMs, ourMeanMs])).toEqual([
      [null, 10, null],
      ["tpot", 9.5, 10],
      ["e2e", 475, 500],
    ]);
  });

  it.each([
    ["nothing was served", page(10, 5), page(10, 5)],
    ["it was started anew meanwhile", page(10, 5), page(2, 1)],
    ["it has no such histogram", "x_sum 1\nx_count 1\n", "x_sum 2\nx_count 2\n"],
  ])("is left out when %s", (_why, before, after) => {
    expect(measured(before, after).serverMetrics).toEqual([]);
  });

  it("is a table of the report, which says whose requests are in it", () => {
    const report = reportMarkdown(measured(page(10, 5), page(15, 6)));
    expect(report).toContain("## Engines' own metrics");
    expect(report).toContain("| alpha | vllm:time_to_first_token_seconds | 200 | 5 | 300 | 4 | ttft |");
    expect(reportMarkdown(analysisOf(recordOf(answers, {})))).not.toContain("Engines' own metrics");
  });

  it("that could not be read is a warning, not a silence", () => {
    const scrape = { target: "alpha", url: "http://e/metrics", before: null, after: null, problem: "HTTP 404" };
    const { warnings, serverMetrics } = analysisOf({ ...recordOf(answers, {}), serverScrapes: [scrape] });
    expect(serverMetrics).toEqual([]);
    expect(warnings).toContain("alpha: its own metrics at http://e/metrics could not be read: HTTP 404");
  });
});

describe("a scrape", () => {
  let server: WireServer | null = null;
  afterEach(() => server?.close());

  const asked = (metricsUrl: string | null, id = "alpha") => ({
    target: { ...TARGET, id },
    route: DIRECT,
    metricsUrl,
  });
  const reply = (status: string, body: string): string =>
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

  it("reads the page before and after, without any credential", async () => {
    let reads = 0;
    server = await wireServer((socket) => void socket.write(reply("200 OK", page((reads += 1), reads / 2))));
    const url = `${server.origin}/metrics`;
    const again = await scrapeServers([asked(url), asked(null, "beta")], realTime());
    const histogram = (count: number) => [{ name: "vllm:time_to_first_token_seconds", sum: count / 2, count }];
    expect(await again()).toEqual([{ target: "alpha", url, before: histogram(1), after: histogram(2), problem: null }]);
    expect(server.requests.map((request) => request.split("\r\n")[0])).toEqual([
      "GET /metrics HTTP/1.1",
      "GET /metrics HTTP/1.1",
    ]);
    expect(server.requests.join("")).not.toMatch(/authorization/i);
  });

  it.each([
    ["404 Not Found", "", "HTTP 404"],
    ["200 OK", "<html></html>", "no histograms in it"],
  ])("of a page that says %s %s names why", async (status, body, problem) => {
    server = await wireServer((socket) => void socket.write(reply(status, body)));
    const again = await scrapeServers([asked(`${server.origin}/metrics`)], realTime());
    expect(await again()).toMatchObject([{ before: null, after: null, problem }]);
  });

  it("of a server that is not there names why", async () => {
    const gone = await wireServer(() => undefined);
    await gone.close();
    const again = await scrapeServers([asked(`${gone.origin}/metrics`)], realTime());
    expect(await again()).toMatchObject([{ before: null, after: null, problem: "ECONNREFUSED" }]);
  });
});

describe("server-metrics.json", () => {
  const scrape = {
    target: "alpha",
    url: "http://e/metrics",
    before: [{ name: "x", sum: 1, count: 2 }],
    after: null,
    problem: "HTTP 500",
  };

  it("comes back as it was written", async () => {
    const folder = temporaryFolder();
    await writeServerMetrics(folder, [scrape]);
    expect(await readServerMetrics(folder)).toEqual({ scrapes: [scrape], warnings: [] });
  });

  it("is absent from a run whose targets have none", async () => {
    expect(await readServerMetrics(temporaryFolder())).toEqual({ scrapes: [], warnings: [] });
  });

  it.each(["", "{}", '{"v":1,"scrapes":[{"target":5}]}'])(
    "that is damaged is skipped with a warning: %j",
    async (text) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "server-metrics.json"), text);
      expect(await readServerMetrics(folder)).toEqual({
        scrapes: [],
        warnings: ["server-metrics.json is damaged and was skipped"],
      });
    },
  );
});

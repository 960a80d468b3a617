// The official SDK at work for a test: reads a stream's lines into a file, or appends a file's lines to a stream.
//
//   node sdk_interop.mjs SDK_FOLDER ENDPOINT BASIN read|session|append STREAM FILE
import { readFileSync, writeFileSync } from "node:fs";

const [folder, endpoint, basinName, what, streamName, file] = process.argv.slice(2);
const { S2, AppendInput, AppendRecord } = await import(`${folder}/node_modules/@s2-dev/streamstore/dist/esm/index.js`);

const s2 = new S2({ accessToken: "ignored", endpoints: { account: endpoint, basin: endpoint } });
const stream = s2.basin(basinName).stream(streamName);
const fromBegin = { start: { from: { seqNum: 0 } }, stop: { waitSecs: 0 }, ignoreCommandRecords: true };

if (what === "read") {
  const batch = await stream.read(fromBegin);
  writeFileSync(file, batch.records.map((record) => record.body + "\n").join(""));
} else if (what === "session") {
  let text = "";
  for await (const record of await stream.readSession(fromBegin)) text += record.body + "\n";
  writeFileSync(file, text);
} else {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  await stream.append(AppendInput.create(lines.map((body) => AppendRecord.string({ body }))));
}
await stream.close();
process.exit(0);

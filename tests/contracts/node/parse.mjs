// Parses an AsyncAPI document with the AsyncAPI project's own parser and prints what it found as one JSON object.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify({
  accepted: document !== undefined,
  version: document?.version(),
  channels: document?.channels().all().map((channel) => channel.address() ?? null),
  messages: document?.components().messages().all().map((message) => message.name()),
  diagnostics: diagnostics.map(({ code, severity, message, path }) => ({ code, severity, message, path: path.join("/") })),
}));

// A partner's webhook receiver: verifies each delivery with the npm package "standardwebhooks" and prints one JSON object a line.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

let webhook;
process.stdin.on("data", (secret) => { webhook = new Webhook(secret.toString().trim()); });
process.stdin.on("end", () => process.exit(0));

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts).toString("utf8");
  const told = { headers: request.headers, body, genuine: false, refusedWhenChanged: false };
  try {
    webhook.verify(body, request.headers);
    told.genuine = true;
  } catch (error) {
    told.error = String(error);
  }
  try {
    webhook.verify(body + " ", request.headers);
  } catch {
    told.refusedWhenChanged = true;
  }
  console.log(JSON.stringify(told));
  response.writeHead(told.genuine ? 204 : 400).end();
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));

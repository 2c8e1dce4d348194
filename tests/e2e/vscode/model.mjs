/** A model server on loopback that speaks the OpenAI protocol: gives its answers in turn, then falls silent. */
import http from "node:http";

export class Model {
  constructor(...answers) {
    this.answers = answers;
    this.hungUp = 0;
    this.server = http.createServer((request, reply) => this.#answer(request, reply));
  }

  async start() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.server.address().port}/v1`;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  #answer(request, reply) {
    request.resume();
    const content = this.answers.shift();
    if (content === undefined) {
      reply.on("close", () => (this.hungUp += 1));
      return;
    }
    reply.writeHead(200, { "content-type": "text/event-stream" });
    for (const [delta, finish_reason] of [[{ role: "assistant", content }, null], [{}, "stop"]]) {
      const chunk = { id: "1", object: "chat.completion.chunk", created: 0, model: "loopback" };
      reply.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason }] })}\n\n`);
    }
    reply.end("data: [DONE]\n\n");
  }
}

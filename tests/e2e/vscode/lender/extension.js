/** A model that knows one edit, says it in two pieces, and is silent until it is cancelled after that. */
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const vscode = require("vscode");

const PIECES = [
  "The list is made anew.\n\n*** Begin Patch\n*** Update File: demo.py\n@@\n",
  "-def collect(item, found=[]):\n+def collect(item, found=None):\n*** End Patch\n",
];
const note = (line) => fs.appendFileSync(path.join(os.homedir(), "lent.log"), `${line}\n`);

const provider = {
  asked: 0,
  provideLanguageModelChatInformation: () => [
    { id: "tiny", name: "Tiny", family: "tiny", version: "1", maxInputTokens: 100000, maxOutputTokens: 8000, capabilities: {} },
  ],
  async provideLanguageModelChatResponse(_model, messages, _options, progress, token) {
    provider.asked += 1;
    const text = messages.flatMap(({ content }) => content.map((part) => part.value ?? "")).join("\n");
    note(text.includes("def collect(item, found=[]):") ? "asked with the code" : "asked without the code");
    if (provider.asked > 1) {
      await new Promise((resolve) => token.onCancellationRequested(resolve));
      note("cancelled");
      return;
    }
    for (const piece of PIECES) {
      progress.report(new vscode.LanguageModelTextPart(piece));
    }
  },
  provideTokenCount: async () => 1,
};

exports.activate = (context) => {
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider("lender", provider));
};

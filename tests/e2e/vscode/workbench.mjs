/** What a person does and sees in the window of VS Code. */
import { until } from "./host.mjs";

const plain = (text) => text.replaceAll("\u00a0", " ");

/** The text of lines from top to bottom; the document holds them in the order in which they were drawn. */
async function visibleText(lines) {
  const drawn = await lines.evaluateAll((elements) =>
    elements.map((element) => ({ top: parseFloat(element.style.top), text: element.innerText })),
  );
  return plain(drawn.sort((one, other) => one.top - other.top).map(({ text }) => text).join("\n"));
}

const PALETTE_TRIES = 5;
const PALETTE_MS = 6000;

export class Workbench {
  constructor(page, pictures) {
    this.page = page;
    this.pictures = pictures;
    this.number = 0;
  }

  async picture(name) {
    this.number += 1;
    const file = `${String(this.number).padStart(2, "0")}-${name}.png`;
    await this.page.screenshot({ path: `${this.pictures}/${file}`, animations: "disabled" });
  }

  async openFile(name) {
    await this.page.locator(".explorer-folders-view [role=treeitem]", { hasText: name }).dblclick();
    await this.page.locator(".editor-instance .view-lines").first().waitFor();
  }

  async editorText() {
    return visibleText(this.page.locator(".editor-instance").first().locator(".view-line"));
  }

  /** Runs a command of the palette by its whole title. */
  async run(title) {
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title });
    // An open palette does not learn of commands that come later, so it is opened anew.
    for (let left = PALETTE_TRIES; ; left -= 1) {
      await this.page.keyboard.press("F1");
      const input = this.page.locator(".quick-input-widget input").first();
      await input.waitFor();
      await input.fill(`>${title}`);
      const there = row.waitFor(left > 0 ? { timeout: PALETTE_MS } : {});
      if (await there.then(() => true, (error) => (left > 0 ? false : Promise.reject(error)))) break;
      await this.page.keyboard.press("Escape");
      await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    }
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  async palette(typed) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input").first();
    await input.waitFor();
    await input.fill(`>${typed}`);
    const rows = this.page.locator(".quick-input-list .monaco-list-row .label-name", { hasText: typed });
    await rows.first().waitFor();
    const titles = await rows.allInnerTexts();
    await this.picture("palette");
    await this.page.keyboard.press("Escape");
    return titles.map(plain);
  }

  /** The messages in the Problems panel. */
  async problems() {
    await this.run("View: Focus Problems");
    const rows = this.page.locator(".markers-panel .monaco-list-row .marker-message-line");
    await rows.first().waitFor();
    const messages = await rows.allInnerTexts();
    await this.picture("problems");
    await this.run("View: Hide Panel");
    return messages.map(plain);
  }

  async squiggles() {
    const marks = this.page.locator(".editor-instance [class*=squiggly-]");
    await marks.first().waitFor({ state: "attached" });
    return marks.count();
  }

  async goToLine(line, column = 1) {
    await this.page.locator(".editor-instance .view-lines").first().click();
    await this.page.keyboard.press("Control+g");
    const input = this.page.locator(".quick-input-widget input").first();
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** Opens the menu of code actions at the cursor and answers its titles. */
  async openActions(command = "Quick Fix...") {
    await this.run(command);
    const rows = this.page.locator(".action-widget .monaco-list-row.action");
    await rows.first().waitFor();
    await this.picture("actions");
    return (await rows.allInnerTexts()).map((title) => plain(title).trim());
  }

  async chooseAction(title) {
    const row = this.page.locator(".action-widget .monaco-list-row.action", { hasText: title }).first();
    // The menu takes no click before the mouse has moved.
    await this.page.mouse.move(640, 600);
    await this.page.mouse.move(650, 610);
    await row.click();
  }

  async closeMenu() {
    await this.page.keyboard.press("Escape");
    await this.page.locator(".action-widget .monaco-list").waitFor({ state: "detached" });
  }

  /** Waits for a notification that holds `words`; answers its text and the names of its buttons. */
  async notification(words) {
    const toast = this.page.locator(".notification-toast", { hasText: words }).first();
    await toast.waitFor();
    const text = await toast.locator(".notification-list-item-message").innerText();
    const buttons = await toast.locator(".notification-list-item-buttons-container .monaco-button").allInnerTexts();
    return { text: plain(text), buttons: buttons.map(plain) };
  }

  async notificationCount() {
    return this.page.locator(".notification-toast").count();
  }

  async press(button) {
    await this.page.locator(".notification-toast .monaco-button", { hasText: button }).first().click();
  }

  async clearNotifications() {
    await this.run("Notifications: Clear All Notifications");
    await until("no notification is left", async () => (await this.notificationCount()) === 0);
  }

  /** Waits until the item in the status bar says this, e.g. "is ready". */
  async status(words) {
    const item = this.page.locator('.statusbar-item[id*="bandmaster.status"]');
    await item.locator(`a[aria-label*="${words}"], [aria-label*="${words}"]`).first().waitFor();
    return plain(await item.innerText());
  }

  /** Waits for a text in the status bar that holds `words`. */
  async statusMessage(words) {
    const item = this.page.locator(".statusbar-item", { hasText: words }).first();
    await item.waitFor();
    return plain(await item.innerText()).trim();
  }

  /** Cancels the work whose progress holds `words`. */
  async cancel(words) {
    await this.page.locator(".statusbar-item", { hasText: words }).first().click();
    const row = this.page.locator(".notifications-center .notification-list-item", { hasText: words });
    await row.first().waitFor();
    await this.picture("progress");
    await row.locator(".monaco-button", { hasText: "Cancel" }).click();
  }

  /** The names of the open files. */
  async tabs() {
    return this.page.locator(".tabs-container .tab .label-name").allInnerTexts();
  }

  async clickStatus() {
    await this.page.locator('.statusbar-item[id*="bandmaster.status"] a').click();
  }

  /** The text that the output panel shows. */
  async outputText() {
    const lines = this.page.locator(".output-view .view-line, .panel .view-line");
    await lines.first().waitFor();
    return visibleText(lines);
  }

  /** Waits until a page rendered inside the window holds `words`; answers its text. */
  async webviewText(words) {
    const body = this.page.frameLocator("iframe.webview").frameLocator("iframe").locator("body");
    await body.getByText(words).first().waitFor();
    return plain(await body.innerText());
  }
}

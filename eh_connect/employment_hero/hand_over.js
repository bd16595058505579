"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("form");
  const fields = { id: byId("client-id"), secret: byId("client-secret") };
  const titles = { id: "Client ID", secret: "Client Secret" };
  const key = JSON.parse(form.dataset.key);
  const bytes = (text) => new TextEncoder().encode(text);

  // Copy buttons
  async function copy(text, name) {
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      const before = document.activeElement;
      area.value = text;
      document.body.append(area);
      area.select();
      isCopied = document.execCommand("copy");
      area.remove();
      before.focus();
    }
    byId("copied").textContent = isCopied
      ? `Copied: ${name}` : `Not copied. Select the text and copy it yourself: ${name}`;
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(button.dataset.copy, button.dataset.name));
  }
  byId("copy-locked").addEventListener("click", () => {
    byId("locked").select();
    copy(byId("locked").value, "Locked text");
  });

  // Scopes
  const boxes = [...document.querySelectorAll("input[type=checkbox]")];
  function count() {
    byId("ticked").textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} ticked.`;
  }
  for (const box of boxes) box.addEventListener("change", count);
  count();

  // Judging: the same rules as the tool's, in credentials.py
  const quotes = { '"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb" };
  function cleaned(text) {
    text = text.replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, "").trim();
    while (text.length > 1 && quotes[text[0]] === text.at(-1)) text = text.slice(1, -1).trim();
    return text;
  }
  function wrong(value) {
    if (!value) return "Paste it here.";
    if (/[\s\p{C}\p{Z}]/u.test(value)) return "It has blanks inside. Copy the value alone.";
    if (value.includes("://") || /^www\./i.test(value)) return "That is a URL. Copy the value itself.";
    if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) return "That is an e-mail address.";
    if (/^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i.test(value)) {
      return "That is a UUID, as IDs of organisations are. Copy the value from the application's page.";
    }
    if (/^[a-z_]+(:[a-z_]+)+$/i.test(value)) return "That is a scope. Copy the value from the application's page.";
    return "";
  }
  function doubtful(value) {
    const half = value.length / 2;
    if (/^v1\.[^.]+\../.test(value)) return "It looks like a StackOne API key.";
    if (half > 1 && value.slice(0, half) === value.slice(half)) return `It is the same ${half} characters twice.`;
    if (value.length !== 43) {
      return `It has ${characters(value)}. The values we know have 43. Is it cut off, or is there more?`;
    }
    return /^[\w-]+$/.test(value) ? "" : "It has a character other than A-Z, a-z, 0-9, _ and -.";
  }
  const characters = (value) => value.length === 1 ? "1 character" : `${value.length} characters`;
  function judge(values) {
    const found = { id: {}, secret: {} };
    for (const name of ["id", "secret"]) {
      found[name] = { bad: wrong(values[name]) };
      if (!found[name].bad) found[name].doubt = doubtful(values[name]);
    }
    if (found.id.bad || found.secret.bad) return found;
    if (values.id === values.secret) found.secret.bad = "It equals the Client ID. You copied one value twice.";
    else if (values.secret.includes(values.id)) found.secret.doubt = "It contains the Client ID.";
    else if (values.id.includes(values.secret)) found.id.doubt = "It contains the Client Secret.";
    return found;
  }
  function say(element, text, kind) {
    element.textContent = text;
    element.className = `says ${kind}`;
  }
  const read = () => ({ id: cleaned(fields.id.value), secret: cleaned(fields.secret.value) });
  let doubted = "";
  function show(found, values, isAsked) {
    for (const name of ["id", "secret"]) {
      const { bad, doubt } = found[name];
      const isBad = Boolean(bad) && (isAsked || values[name] !== "");
      fields[name].setAttribute("aria-invalid", String(isBad));
      if (isBad) say(byId(`client-${name}-says`), `✗ ${bad}`, "bad");
      else if (doubt) say(byId(`client-${name}-says`), `! ${doubt}`, "doubt");
      else say(byId(`client-${name}-says`), values[name] ? characters(values[name]) : "", "");
    }
  }
  for (const field of Object.values(fields)) {
    field.addEventListener("input", () => {
      say(byId("says"), "", "");
      byId("done").hidden = true;
      byId("locked").value = "";
      show(judge(read()), read(), false);
    });
  }

  // Locking: JWE (RFC 7516), compact; ECDH-ES with Concat KDF (RFC 7518, 4.6) and A256GCM
  function base64url(data) {
    return btoa(String.fromCharCode(...new Uint8Array(data)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }
  const number = (value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  async function lock(values) {
    const curve = { name: "ECDH", namedCurve: "P-256" };
    const { kid, ...jwk } = key;
    const theirs = await crypto.subtle.importKey("jwk", jwk, curve, false, []);
    const ours = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", ours.publicKey);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
    const algorithm = bytes("A256GCM");
    const hashed = await crypto.subtle.digest("SHA-256", new Uint8Array([
      ...number(1), ...new Uint8Array(shared), ...number(algorithm.length), ...algorithm,
      ...number(0), ...number(0), ...number(256), // no apu, no apv, 256 bits
    ]));
    const secret = await crypto.subtle.importKey("raw", hashed, "AES-GCM", false, ["encrypt"]);
    const header = base64url(bytes(JSON.stringify({
      alg: "ECDH-ES", enc: "A256GCM", kid, epk: { kty, crv, x, y },
    })));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = bytes(JSON.stringify({ client_id: values.id, client_secret: values.secret }));
    const whole = new Uint8Array(await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: bytes(header), tagLength: 128 }, secret, plain,
    ));
    const parts = [iv, whole.slice(0, -16), whole.slice(-16)].map(base64url);
    return `${header}..${parts.join(".")}`;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = read();
    const found = judge(values);
    show(found, values, true);
    const bad = ["id", "secret"].find((name) => found[name].bad);
    if (bad) {
      say(byId("says"), `✗ Not locked. Check the ${titles[bad]}.`, "bad");
      fields[bad].focus();
      return;
    }
    const both = JSON.stringify(values);
    if ((found.id.doubt || found.secret.doubt) && doubted !== both) {
      doubted = both;
      say(byId("says"), "! Check the values. Are they right? Press \"Lock for sending\" again.", "doubt");
      return;
    }
    try {
      byId("locked").value = await lock(values);
    } catch {
      say(byId("says"), "✗ This browser can't lock. Open the page in a newer browser.", "bad");
      return;
    }
    clear();
    byId("done").hidden = false;
    byId("locked").focus();
    byId("locked").select();
  });
  function clear() {
    doubted = "";
    for (const field of Object.values(fields)) field.value = "";
    for (const name of ["client-id-says", "client-secret-says", "says"]) say(byId(name), "", "");
  }
  window.addEventListener("pagehide", clear);
  window.addEventListener("pageshow", clear);
})();

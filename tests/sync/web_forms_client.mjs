// A client that is none of our code: ODK Web Forms' engine fetches a form from a gateway, is answered, and posts what it made.
// Usage: node web_forms_client.mjs BASE USER PASSWORD PHOTO, answers as JSON {reference: value} on standard input; packages in $ORACLE_CACHE/node.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [base, user, password, photo] = process.argv.slice(2);
const packages = path.join(path.resolve(process.env.ORACLE_CACHE), 'node');
const require = createRequire(path.join(packages, 'package.json'));
const { JSDOM } = require('jsdom');
const { window } = new JSDOM('<!doctype html><html><body></body></html>');
for (const name of ['document', 'DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XPathResult', 'XMLDocument', 'Attr', 'Text', 'Comment',
  'CDATASection', 'ProcessingInstruction', 'DocumentFragment', 'HTMLElement', 'NodeFilter']) globalThis[name] = window[name];
globalThis.__dirname ??= packages; // what the engine's build takes for granted
globalThis.require ??= require;
let entry;
try { entry = require.resolve('@getodk/xforms-engine'); } catch { entry = path.join(packages, 'node_modules/@getodk/xforms-engine/dist/index.js'); }
const engine = await import(pathToFileURL(entry).href);

const headers = { Authorization: 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64'), 'X-OpenRosa-Version': '1.0' };
const get = async (url) => { const answer = await fetch(url, { headers }); if (!answer.ok) throw new Error(`${url}: ${answer.status}`); return answer; };
const document_ = async (url) => new DOMParser().parseFromString(await (await get(url)).text(), 'text/xml');
const listed = (await document_(`${base}/openrosa/formList`)).querySelector('xform');
const xform = await (await get(listed.querySelector('downloadUrl').textContent)).text();
const media = {};
const manifest = listed.querySelector('manifestUrl');
if (manifest) for (const file of (await document_(manifest.textContent)).querySelectorAll('mediaFile')) {
  media[file.querySelector('filename').textContent] = file.querySelector('downloadUrl').textContent;
}
const fetchFormAttachment = async (url) => {
  const name = decodeURIComponent(String(url.href ?? url).split('/').pop());
  if (!media[name]) return new Response('', { status: 404 });
  return new Response(await (await get(media[name])).text(), { status: 200, headers: { 'content-type': 'text/csv' } });
};
const form = await engine.createInstance(xform, {
  form: { fetchFormAttachment },
  instance: {
    stateFactory: (state) => state,
    geolocationProvider: { getLocation: () => Promise.resolve('') },
    instanceAttachments: { fileNameFactory: ({ basename, extension }) => `${basename}${extension ?? ''}` },
  },
});
const all = function* (node) { yield node; for (const child of node.currentState.children ?? []) yield* all(child); };
const find = (reference) => { for (const node of all(form.root)) if (node.currentState.reference === reference) return node; throw new Error(reference); };
for (const [reference, value] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  if (reference.startsWith('+')) { find(reference.slice(1)).addInstances(); continue; }
  const node = find(reference);
  if (node.nodeType === 'select') node.selectValue(value);
  else if (node.nodeType === 'upload') node.setValue(new File([readFileSync(photo)], value, { type: 'image/jpeg' }));
  else node.setValue(value);
}
const payload = await form.root.prepareInstancePayload({ payloadType: 'monolithic' });
if (payload.violations) throw new Error(JSON.stringify(payload.violations.map((one) => one.reference)));
const answer = await fetch(`${base}/openrosa/submission?deviceID=web-forms`, { method: 'POST', headers, body: payload.data[0] });
console.log(JSON.stringify({ status: answer.status, body: await answer.text(), files: [...payload.data[0].keys()] }));

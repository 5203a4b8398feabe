// Shows the documents of both services. "Try it" calls an emulator on this machine: the cloud allows no page to call it.

/* global Scalar */

const DEFAULT = { dcs: 'http://127.0.0.1:8931', kafka: 'http://127.0.0.1:8932' };
const TOKEN_SCHEME = 'X-Auth-Token';

// The emulator serves its endpoints and the development token here. The published site has `null`.
const response = await fetch('../emulator.json');
const emulator = response.ok ? await response.json() : null;

const note = document.getElementById('try-it');
note.innerHTML = emulator
  ? '“Try it” calls the emulator that serves this page.'
  : '“Try it” needs an emulator on your machine: <code></code>. Then choose its server below.';
const command = note.querySelector('code');
if (command) command.textContent = `hwtasks emulator --allow-origin ${location.origin}`;

/** The servers of a service: the emulator alone beside one, otherwise those of the document before the emulator. */
async function servers(service, url) {
  const local = { url: (emulator?.servers ?? DEFAULT)[service], description: 'The emulator' };
  if (emulator) return [local];
  const document = await (await fetch(url)).json();
  return [...document.servers, local];
}

const titles = { dcs: 'DCS (Redis)', kafka: 'DMS for Kafka' };
const sources = await Promise.all(
  Object.entries(titles).map(async ([slug, title]) => {
    const url = new URL(`../openapi/latest/${slug}.json`, location.href).href;
    return { title, slug, url, servers: await servers(slug, url) };
  }),
);

Scalar.createApiReference('#reference', {
  sources,
  // No request leaves the machine of the reader, except those of "try it".
  proxyUrl: '',
  telemetry: false,
  withDefaultFonts: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  persistAuth: false,
  expandAllSchemaProperties: true,
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  authentication: {
    preferredSecurityScheme: TOKEN_SCHEME,
    securitySchemes: emulator ? { [TOKEN_SCHEME]: { value: emulator.token } } : {},
  },
});

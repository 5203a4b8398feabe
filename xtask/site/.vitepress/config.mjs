// The pages around the reference. `cargo xtask site` copies this folder and the guides, and writes pages.json.

import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

const { base, version, repository, pages } = JSON.parse(
  readFileSync(new URL('../pages.json', import.meta.url), 'utf8'),
);
const groups = [...new Set(pages.map(({ group }) => group))];
// The reference is not a page of VitePress: its router must not handle the link.
const reference = { text: 'API reference', link: '/reference/index.html', target: '_self' };

export default defineConfig({
  title: 'hwtasks',
  description: 'OpenAPI documents and clients for the background tasks of Huawei Cloud DCS and DMS for Kafka',
  base,
  // Not below the base, as other links are.
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  cleanUrls: false,
  ignoreDeadLinks: [/^\/(?:reference|openapi)\//],
  themeConfig: {
    logo: '/icon.svg',
    nav: [reference, { text: `v${version}`, link: '/changelog' }],
    sidebar: [
      { items: [reference] },
      ...groups.map((group) => ({
        text: group,
        items: pages
          .filter((page) => page.group === group)
          .map(({ title, route }) => ({ text: title, link: `/${route}` })),
      })),
    ],
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    footer: { message: 'MIT or Apache-2.0. Unofficial: not a product of Huawei Cloud.' },
  },
});

import { baseName } from '../artifacts/artifactPath';
import type { ArtifactContent } from '../artifacts/artifactRepository';

const TEXT =
  /(^|\/)(MLmodel|MLproject|[^/]*\.(txt|log|err|cfg|conf|cnf|ini|yaml|yml|json|jsonl|csv|tsv|md|rst|py|r|js|ts|html?|xml|svg|sh|toml|diff|patch))$/i;

const BINARY: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
};

/** A file as a download that no browser renders or runs: nosniff, and everything that reads as text is plain text. */
export function attachment(path: string, { stream, size }: ArtifactContent): Response {
  const headers: Record<string, string> = {
    'content-type': typeOf(path),
    'content-disposition': dispositionOf(baseName(path)),
    'x-content-type-options': 'nosniff',
  };
  if (size !== undefined) {
    headers['content-length'] = String(size);
  }
  return new Response(stream, { headers });
}

function typeOf(path: string): string {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return TEXT.test(path) ? 'text/plain' : (BINARY[extension] ?? 'application/octet-stream');
}

/** RFC 6266: an ASCII name for old clients, the real one beside it. */
function dispositionOf(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

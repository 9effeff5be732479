import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Misbehaviour } from './server';

const PAGE = '<!doctype html><title>Please sign in</title>';
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>';
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 548105171\n';

const instead =
  (status: number, type: string, body: string): Misbehaviour =>
  (response) =>
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);

/** The file itself, in a form of the server's own. */
const formed =
  (headers: Record<string, string>, form = (file: Buffer): Buffer => file): Misbehaviour =>
  (response, file) =>
    response.writeHead(200, headers).end(form(file));

/** So much of the file, which may have said how long it is, and then its end. */
const part =
  (share: number, says: boolean, end: (response: ServerResponse) => void): Misbehaviour =>
  (response, file) => {
    response.writeHead(200, says ? { 'content-length': file.length } : {});
    response.flushHeaders();
    response.write(file.subarray(0, file.length * share), () => void setTimeout(20, response).then(end));
  };

/** Byte for byte: what Node's server, which is a good one, would not send. */
const raw =
  (headers: (file: Buffer) => string, form = (file: Buffer): Buffer => file): Misbehaviour =>
  ({ socket }, file) => {
    socket?.write(`HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\nconnection: close\r\n${headers(file)}\r\n`);
    socket?.end(form(file));
  };

const redirect =
  (to: (asked: string) => string): Misbehaviour =>
  (response) =>
    response.writeHead(302, { location: to(response.req.url ?? '') }).end();

const half = (file: Buffer): Buffer => file.subarray(0, file.length / 2);
const reset = ({ socket }: ServerResponse): unknown => socket?.resetAndDestroy();

const short = /is not a JSON object .*it may have been cut short|is cut short: /;
const cut = /the connection was cut after [\d,]+( of [\d,]+)? bytes from http/;
const unreachable = /could not be fetched\. (The server is not running|Either the server cannot be reached)/;
const page = /is an HTML page instead of the file|is a web page, not the model's file/;

const statuses = Object.entries({ 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 410: 'Gone', 416: 'Range Not', 429: 'Too Many', 500: 'Internal', 502: 'Bad Gateway', 503: 'Service Un' });

/** What servers do to files, and what is between them and a browser; and what is said of the file then. */
export const misbehaviours: Record<string, [Misbehaviour, RegExp]> = {
  ...Object.fromEntries(statuses.map(([code, text]) => [code, [instead(Number(code), 'text/html', PAGE), new RegExp(`answered ${code} ${text}`)]])),
  '403, with XML': [instead(403, 'application/xml', XML), /answered 403 Forbidden/],
  '204': [(response) => response.writeHead(204).end(), short],
  'a half, as 206': [(response, file) => response.writeHead(206, { 'content-range': `bytes 0-${half(file).length - 1}/${file.length}` }).end(half(file)), short],
  'a page': [instead(200, 'text/html', PAGE), page],
  'a page, called something else': [instead(200, 'application/octet-stream', PAGE), page],
  'XML, called something else': [instead(200, 'application/octet-stream', XML), page],
  'an error as JSON': [instead(200, 'application/json', '{"error":"Repository not found"}'), /model_type is missing|is JSON, not safetensors|has no vocabulary/],
  'nothing': [instead(200, 'application/octet-stream', ''), short],
  'a pointer to it': [instead(200, 'text/plain', POINTER), /is a Git LFS pointer/],
  'a reset before the headers': [reset, unreachable],
  'a reset after the headers': [part(0, true, reset), cut],
  'a reset halfway': [part(0.5, true, reset), cut],
  'closed halfway': [part(0.5, true, (response) => response.destroy()), cut],
  'closed halfway, no length': [part(0.5, false, (response) => response.destroy()), cut],
  'ended halfway, no length': [raw(() => '', half), short],
  'a length too large': [raw((file) => `content-length: ${2 * file.length}\r\n`), new RegExp(`${cut.source}|bytes, but its header describes only`)],
  'a length too small': [raw((file) => `content-length: ${half(file).length}\r\n`), short],
  'two lengths': [raw((file) => `content-length: ${file.length}\r\ncontent-length: 7\r\n`), unreachable],
  'a length that is none': [raw(() => 'content-length: many\r\n', half), short],
  'no gzip, called gzip': [formed({ 'content-encoding': 'gzip' }), cut],
  'gzip, cut': [formed({ 'content-encoding': 'gzip' }, (file) => half(gzipSync(file))), short],
  'gzip, not called so': [formed({}, gzipSync), /is gzip-compressed|is not UTF-8 text|is cut short/],
  'gzip, called Brotli': [formed({ 'content-encoding': 'br' }, gzipSync), cut],
  'chunks that are none': [raw(() => 'transfer-encoding: chunked\r\n'), cut],
  'no HTTP': [({ socket }, file) => socket?.end(file), unreachable],
  'a redirect to itself': [redirect((asked) => asked), unreachable],
  'a redirect to a page': [redirect(() => '/an/article.html'), page],
  'a redirect to where nobody is': [redirect(() => 'http://127.0.0.1:9/'), unreachable],
};

/** Ways in which all of the file comes. */
export const ways: Record<string, Misbehaviour> = {
  'no length': raw(() => ''),
  'gzip': formed({ 'content-encoding': 'gzip' }, gzipSync),
  'text': formed({ 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' }),
  'from elsewhere': redirect((asked) => asked.replace('/broken/', '/whole/')),
  'slowly, in chunks': async (response, file) => {
    const parts = [0, 0.1, 0.5, 0.9, 1].map((share) => share * file.length);
    for (const [i, at] of parts.slice(1).entries()) {
      response.write(file.subarray(parts[i], at));
      await setTimeout(50);
    }
    response.end();
  },
};

// The ceiling: Fastify alone, and Fastify with one jose verification per request. A child process of run.mjs.
import Fastify from 'fastify';
import { importJWK, jwtVerify } from 'jose';

const reply = `<R>${'x'.repeat(500)}</R>\n`;
const app = Fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post('/', async (_request, response) => response.type('text/xml').send(reply));

let verifying;
app.post('/key', async request => {
  const { jwk, token } = JSON.parse(request.body);
  verifying = { key: await importJWK(jwk, 'RS256'), token };
  return 'ok';
});
app.post('/verify', async (_request, response) => {
  await jwtVerify(verifying.token, verifying.key, {
    clockTolerance: 300,
    currentDate: new Date(verifying.now ?? Date.now()),
  });
  return response.type('text/xml').send(reply);
});

await app.listen({ host: '127.0.0.1', port: 0 });
process.send?.({ url: `http://127.0.0.1:${app.server.address().port}` });

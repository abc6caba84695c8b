// A certified OpenID provider for the tests: node provider.mjs PORT BACK. Whoever signs in is who they say they are.
//
// PUT /people/SUB {groups, …} says somebody's groups and other claims, DELETE /people/SUB that there is no such person, PUT /clock SECONDS moves its
// clock ahead. It rotates refresh tokens, wants PKCE, and its access tokens live for four minutes.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const [port, back] = process.argv.slice(2);
const people = new Map();
const now = Date.now.bind(Date);
let ahead = 0;
Date.now = () => now() + ahead;

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'baloo', client_secret: 'not a secret + here', redirect_uris: [back],
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
  }],
  claims: { openid: ['sub'], groups: ['groups'], email: ['email', 'email_verified'] },
  cookies: { keys: ['for the tests'] },
  issueRefreshToken: () => true,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  ttl: { AccessToken: 240, AuthorizationCode: 600, Grant: 86400, IdToken: 300, Interaction: 600, RefreshToken: 86400, Session: 86400 },
  async findAccount(_, sub) {
    return people.has(sub) ? { accountId: sub, claims: async () => ({ sub, ...people.get(sub) }) } : undefined;
  },
});

const answer = provider.callback();
http.createServer(async (request, response) => {
  const [, what, who] = request.url.split('/');
  if (!['people', 'clock'].includes(what)) return answer(request, response);
  let body = '';
  for await (const part of request) body += part;
  if (what === 'clock') ahead = JSON.parse(body) * 1000;
  else if (request.method === 'DELETE') people.delete(who);
  else people.set(who, JSON.parse(body));
  return response.writeHead(204).end();
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));

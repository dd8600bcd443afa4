// A process that learns of images and says how many it then knows: FOLDER HOST COUNT.
import { createFetch } from '../../server/src/node/images/http.ts';
import { createImages } from '../../server/src/node/images/index.ts';
import { linuxAmd64 } from '../../server/src/oci/platform.ts';

const [cacheDir = '', host = '', count = '0'] = process.argv.slice(2);
const images = createImages({
  cacheDir,
  fetch: createFetch({ env: {} }),
  credentials: async () => undefined,
  mode: 'on',
  log: (line) => console.error(line),
});
const refs = Array.from({ length: Number(count) }, (_, i) => `${host}/team/app:${i}`);
await Promise.all(refs.map((ref) => images.request(ref, linuxAmd64)));
console.log(`${refs.filter((ref) => images.lookup(ref, linuxAmd64)?.config !== undefined).length} known`);
images.dispose();

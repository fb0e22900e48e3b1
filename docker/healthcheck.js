/** Health check of the container: exits with code 0 if `/_rolecall/health` returns 200, else with code 1. */
import { get } from 'node:http';

const url = `http://127.0.0.1:${process.env.ROLECALL_PORT || 4592}/_rolecall/health`;

get(url, { timeout: 1500 }, answer => {
  answer.resume();
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
})
  .on('timeout', function () {
    this.destroy(new Error('no answer within 1500 ms'));
  })
  .on('error', error => {
    console.error(`${url}: ${error.message}`);
    process.exitCode = 1;
  });

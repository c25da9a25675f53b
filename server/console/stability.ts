import type { StabilityConfig } from '../config/console.ts';
import { attribute, scriptJson } from './html.ts';

/**
 * The stability platform's code for a single-page app (the guide, section 8). `uid` is read at each report: the
 * signed-in account's id, which the app sets (`app/stability.ts`). No other data of the person is sent.
 *
 * @param version the app's version, by which the platform groups faults.
 * @returns HTML for the head; empty when there is no `bid`.
 */
export function stabilityCode(stability: StabilityConfig | null, version: string, nonce: string): string {
  if (stability === null) return '';
  const { bid, gateway, signKey, scriptUrl } = stability;
  const options = {
    bid,
    rel: version,
    plugins: [],
    spa: true,
    ...(gateway === null ? {} : { gateway }),
    ...(signKey === null ? {} : { signkey: signKey }),
  };
  return `<meta name="wpk-bid" content="${attribute(bid)}">
<script nonce="${nonce}">
(function (options) {
  options.uid = function () { return document.documentElement.getAttribute('data-uid') || ''; };
  var script = document.createElement('script');
  script.async = true;
  script.crossOrigin = 'anonymous';
  script.nonce = ${scriptJson(nonce)};
  script.onload = function () {
    if (window.__wpk || !window.wpkReporter) return;
    window.__wpk = new window.wpkReporter(options);
    window.__wpk.installAll();
  };
  script.src = ${scriptJson(scriptUrl)};
  document.head.appendChild(script);
})(${scriptJson(options)});
</script>`;
}

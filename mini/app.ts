import { beginAnew, pageFailed, pageNotFound, queryValue } from './services/navigation.ts';
import { launchedWith, shownWith } from './services/session.ts';
import { watchUpdates } from './services/update.ts';

App({
  onLaunch(options) {
    launchedWith(queryValue(options.query, 'corpId'));
    watchUpdates();
  },
  onShow(options) {
    // Not every container gives options when it shows the program again.
    const { path = '', query } = options || {};
    if (shownWith(queryValue(query, 'corpId'))) beginAnew(path, query);
  },
  onError(error) {
    pageFailed(error);
  },
  onUnhandledRejection({ reason }) {
    pageFailed(reason);
  },
  onPageNotFound() {
    pageNotFound();
  },
});

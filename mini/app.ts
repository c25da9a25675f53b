import { pageFailed, pageNotFound, queryValue } from './services/navigation.ts';
import { launchedWith } from './services/session.ts';
import { watchUpdates } from './services/update.ts';

App({
  onLaunch(options) {
    launchedWith(queryValue(options.query, 'corpId'));
    watchUpdates();
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

import { pageFailed, pageNotFound, queryValue } from './services/navigation.ts';
import { launchedWith } from './services/session.ts';

App({
  onLaunch(options) {
    launchedWith(queryValue(options.query, 'corpId'));
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

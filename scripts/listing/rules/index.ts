import type { Rule } from '../rule.ts';
import { apiThroughDriver } from './api-through-driver.ts';
import { appNotPublic } from './app-not-public.ts';
import { applicantFits } from './applicant-fits.ts';
import { applicationComplete } from './application-complete.ts';
import { applicationForm } from './application-form.ts';
import { bindingLive } from './binding-live.ts';
import { bindingPage } from './binding-page.ts';
import { certificateChain } from './certificate-chain.ts';
import { certificateDates } from './certificate-dates.ts';
import { certificateHost } from './certificate-host.ts';
import { certificateTrusted } from './certificate-trusted.ts';
import { certificateWatched } from './certificate-watched.ts';
import { credentialsApart } from './credentials-apart.ts';
import { databaseNotPublic } from './database-not-public.ts';
import { developmentFinished } from './development-finished.ts';
import { dingThroughZhezhengding } from './ding-through-zhezhengding.ts';
import { domainIsName } from './domain-is-name.ts';
import { domainOwner } from './domain-owner.ts';
import { domainResolves } from './domain-resolves.ts';
import { failurePage } from './failure-page.ts';
import { gatewayInFront } from './gateway-in-front.ts';
import { grayRelease } from './gray-release.ts';
import { h5Live } from './h5-live.ts';
import { highAvailability } from './high-availability.ts';
import { hsts } from './hsts.ts';
import { httpRedirected } from './http-redirected.ts';
import { httpsOnly } from './https-only.ts';
import { internalApp } from './internal-app.ts';
import { internalPagesClosed } from './internal-pages-closed.ts';
import { loadtestAddress } from './loadtest-address.ts';
import { loadtestConcurrency } from './loadtest-concurrency.ts';
import { loadtestData } from './loadtest-data.ts';
import { loadtestFresh } from './loadtest-fresh.ts';
import { loadtestGoodEnough } from './loadtest-good-enough.ts';
import { loadtestUsers } from './loadtest-users.ts';
import { materialsHandedOver } from './materials-handed-over.ts';
import { miniNoLocalAddress } from './mini-no-local-address.ts';
import { miniOrganisation } from './mini-organisation.ts';
import { miniPackage } from './mini-package.ts';
import { miniServerAddress } from './mini-server-address.ts';
import { miniSize } from './mini-size.ts';
import { miniTrustedDomains } from './mini-trusted-domains.ts';
import { miniVersion } from './mini-version.ts';
import { noForeignSdk } from './no-foreign-sdk.ts';
import { noTestOnProduction } from './no-test-on-production.ts';
import { noVpn } from './no-vpn.ts';
import { ownerApplies } from './owner-applies.ts';
import { pcNeedsH5 } from './pc-needs-h5.ts';
import { permissionsListed } from './permissions-listed.ts';
import { platformConfigured } from './platform-configured.ts';
import { platformIdColumn } from './platform-id-column.ts';
import { productionParameters } from './production-parameters.ts';
import { selfBuiltOrUnified } from './self-built-or-unified.ts';
import { serviceReady } from './service-ready.ts';
import { sessionCache } from './session-cache.ts';
import { sessionLive } from './session-live.ts';
import { signInWithoutPassword } from './sign-in-without-password.ts';
import { signinLive } from './signin-live.ts';
import { stabilityAllowed } from './stability-allowed.ts';
import { stabilityCode } from './stability-code.ts';
import { stabilityHostsResolve } from './stability-hosts.ts';
import { stabilityTestedOnPhone } from './stability-tested-on-phone.ts';
import { standardApiFirst } from './standard-api-first.ts';
import { statementAttached } from './statement-attached.ts';
import { statementRedHead } from './statement-red-head.ts';
import { statementsComplete } from './statements-complete.ts';
import { superExecutiveById } from './super-executive-by-id.ts';
import { superExecutiveIds } from './super-executive-ids.ts';
import { superExecutiveSupport } from './super-executive-support.ts';
import { superExecutiveTrial } from './super-executive-trial.ts';
import { testParameters } from './test-parameters.ts';
import { tlsVersion } from './tls-version.ts';
import { unifiedApproval } from './unified-approval.ts';
import { unifiedTalkFirst } from './unified-talk-first.ts';
import { zhezhengdingDocuments } from './zhezhengding-documents.ts';

/** Every rule, one a line, under the part of the guide that it is of, in the guide's order. */
export const rules: readonly Rule[] = [
  // 1、接口
  standardApiFirst,
  dingThroughZhezhengding,
  apiThroughDriver,
  noForeignSdk,
  zhezhengdingDocuments,
  // 2、接口参数
  platformConfigured,
  productionParameters,
  testParameters,
  credentialsApart,
  // 3、发起上架审批
  developmentFinished,
  ownerApplies,
  applicationComplete,
  applicationForm,
  materialsHandedOver,
  // 4、自建与统建
  selfBuiltOrUnified,
  applicantFits,
  permissionsListed,
  unifiedApproval,
  unifiedTalkFirst,
  // 5、超级高管
  superExecutiveTrial,
  superExecutiveSupport,
  // 6、域名以及 SSL 证书
  domainIsName,
  domainOwner,
  domainResolves,
  httpsOnly,
  httpRedirected,
  hsts,
  certificateTrusted,
  certificateDates,
  certificateWatched,
  // 7、VPN 以及应用部署
  noVpn,
  appNotPublic,
  databaseNotPublic,
  gatewayInFront,
  highAvailability,
  internalPagesClosed,
  // 8、稳定性平台接入
  stabilityTestedOnPhone,
  stabilityCode,
  stabilityAllowed,
  stabilityHostsResolve,
  // 9、压测报告
  loadtestAddress,
  loadtestData,
  loadtestConcurrency,
  loadtestUsers,
  loadtestGoodEnough,
  loadtestFresh,
  // 10、应用免登
  sessionCache,
  signInWithoutPassword,
  bindingPage,
  failurePage,
  platformIdColumn,
  superExecutiveById,
  superExecutiveIds,
  serviceReady,
  signinLive,
  sessionLive,
  bindingLive,
  h5Live,
  // 注册钉钉组织
  internalApp,
  miniOrganisation,
  noTestOnProduction,
  // 开发应用
  miniServerAddress,
  miniPackage,
  miniSize,
  miniNoLocalAddress,
  miniTrustedDomains,
  miniVersion,
  pcNeedsH5,
  grayRelease,
  // 申请 SSL 证书
  certificateChain,
  certificateHost,
  tlsVersion,
  // 情况说明
  statementsComplete,
  statementRedHead,
  statementAttached,
];

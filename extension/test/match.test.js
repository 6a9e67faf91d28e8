import assert from "node:assert/strict";
import { test } from "node:test";

import { matchesAddress, patternFault, permissionFor, readServerAddress, readSiteAddress } from "../src/shared/match.js";

test("a pattern is read as browsers read theirs", () => {
  const cases = [
    ["https://ehr.example.org/orders/*", "https://ehr.example.org/orders/12?x=1", true],
    ["https://ehr.example.org/orders/*", "https://ehr.example.org:8443/orders/", true],
    ["https://ehr.example.org/orders/*", "http://ehr.example.org/orders/", false],
    ["https://ehr.example.org/orders/*", "https://evil.example/https://ehr.example.org/orders/", false],
    ["*://*.example.org/*", "http://a.b.example.org/", true],
    ["*://*.example.org/*", "http://example.org/", true],
    ["*://*.example.org/*", "http://badexample.org/", false],
    ["*://*/*controller.php?prescription*", "https://x.test/openemr/controller.php?prescription&list&id=1", true],
    ["*://*/*controller.php?prescription*", "https://x.test/openemr/controllerXphp?prescription", false],
    ["*://*/*", "file:///home/list.html", false],
    ["*://*/*", "no address", false],
  ];
  for (const [pattern, address, expected] of cases) assert.equal(matchesAddress(pattern, address), expected, `${pattern} ${address}`);
});

test("a pattern that no browser would take is refused", () => {
  for (const bad of ["", "example.org/*", "ftp://x/*", "https://x", "https://x:80/*", "<all_urls>", "https://*.*/", 3, null]) {
    assert.notEqual(patternFault(bad), "", String(bad));
  }
  assert.equal(patternFault("*://*/orders/*"), "");
});

test("a server is reached by https, or by http on this machine alone", () => {
  assert.deepEqual(readServerAddress(" https://medrisk.example.org/ "), { address: "https://medrisk.example.org", fault: "" });
  assert.equal(readServerAddress("https://h.example/medrisk/").address, "https://h.example/medrisk");
  assert.equal(readServerAddress("http://127.0.0.1:8000").address, "http://127.0.0.1:8000");
  assert.equal(readServerAddress("http://localhost:8000/").address, "http://localhost:8000");
  for (const bad of ["http://medrisk.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1", "https://a:b@h.example", "https://h.example/?q=1",
    "https://h.example/#a", "ftp://h.example", "medrisk", "", "javascript:alert(1)"]) {
    const { address, fault } = readServerAddress(bad);
    assert.equal(address, "", bad);
    assert.ok(fault, bad);
  }
});

test("a site is its origin, and its permission has no port", () => {
  assert.equal(readSiteAddress("https://ehr.example.org/orders?id=12").address, "https://ehr.example.org");
  assert.equal(readSiteAddress("http://localhost:8080/x").address, "http://localhost:8080");
  assert.ok(readSiteAddress("ehr.example.org").fault);
  assert.equal(permissionFor("http://localhost:8080"), "http://localhost/*");
});

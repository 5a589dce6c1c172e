/* Other programs' clients: Microsoft's own for JavaScript. MSAL signs in at the sandbox's authority, and the Graph client
works with the address book, told nothing but the sandbox's address.

usage: graph_works.mjs CARDFERRY MODULES, where MODULES has @azure/msal-node and @microsoft/microsoft-graph-client */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

// One grey pixel as JPEG.
const PICTURE = Buffer.from(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4z" +
        "NDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AKp//2Q==",
    "base64",
);
const COLOR = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Color";

/** Starts the sandbox, and this script once more with its certificate, which Node takes at its start alone. */
async function main(program, modules) {
    const room = mkdtempSync(join(tmpdir(), "graph-"));
    const flags = ["--https-port", "0", "--sign-in-required", "--auto-approve", "--with-mailbox", "ada@sandbox.example"];
    const command = ["sandbox", "serve", "-q", "--sandbox-store", join(room, "store.db"), ...flags];
    const server = spawn(program, command, { stdio: ["ignore", "pipe", "inherit"] });
    process.exitCode = 1;
    try {
        let url;
        for await (const line of createInterface(server.stdout)) {
            url = line.match(/^The same over TLS: +https:\/\/127\.0\.0\.1:(\d+)/) ?? url;
            const certificate = line.match(/^Its certificate: +(.*)/);
            if (certificate) {
                const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate[1] };
                const again = [fileURLToPath(import.meta.url), program, modules, `https://localhost:${url[1]}`];
                process.exitCode = spawnSync(process.execPath, again, { env, stdio: "inherit", timeout: 60_000 }).status ?? 1;
                break;
            }
        }
    } finally {
        server.kill();
        rmSync(room, { recursive: true, force: true });
    }
}

async function works(modules, url) {
    const require = createRequire(join(modules, "/"));
    const graph = require("@microsoft/microsoft-graph-client");
    const token = await signsIn(require("@azure/msal-node"), url);
    const client = graph.Client.init({
        authProvider: (done) => done(null, token),
        baseUrl: `${url}/`,
        defaultVersion: "v1.0",
        customHosts: new Set(["localhost"]),
    });
    const id = await contacts(graph, client);
    await photo(graph, client, id);
    await pages(graph, client);
    await folders(client);
    await delta(client);
    await batches(graph, client, id);
    console.log("Microsoft's MSAL and Graph client for JavaScript sign in to the sandbox and work with its contacts");
}

/** Signs in by each way that there is, and answers a token for the first mailbox. */
async function signsIn(msal, url) {
    const auth = { clientId: "interop", authority: `${url}/common`, knownAuthorities: [new URL(url).host] };
    const app = new msal.PublicClientApplication({ auth });
    const scopes = ["Contacts.ReadWrite"];
    let shown;
    const device = await app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (said) => (shown = said) });
    assert.equal(shown.verificationUri, `${url}/devicelogin`);
    assert.equal(device.account.username, "me@sandbox.example");
    const silent = await app.acquireTokenSilent({ account: device.account, scopes, forceRefresh: true });
    assert.notEqual(silent.accessToken, device.accessToken);

    const { verifier, challenge } = await new msal.CryptoProvider().generatePkceCodes();
    const redirectUri = "http://localhost:3000/";
    const asked = { scopes: ["Contacts.Read"], redirectUri, codeChallenge: challenge, codeChallengeMethod: "S256" };
    const page = await app.getAuthCodeUrl({ ...asked, loginHint: "ada@sandbox.example" });
    const back = new URL((await fetch(page, { redirect: "manual" })).headers.get("location"));
    const code = back.searchParams.get("code");
    const ada = await app.acquireTokenByCode({ code, scopes: asked.scopes, redirectUri, codeVerifier: verifier });
    assert.equal(ada.account.username, "ada@sandbox.example");

    const own = { ...auth, authority: `${url}/${device.tenantId}`, clientSecret: "any" };
    const daemon = new msal.ConfidentialClientApplication({ auth: own });
    const all = await daemon.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
    assert.ok(all.accessToken);
    return silent.accessToken;
}

async function contacts(graph, client) {
    const made = await client.api("/me/contacts").post({
        givenName: "Pavel",
        surname: "Bansky",
        emailAddresses: [{ name: "Pavel", address: "pavel@contoso.example" }],
        homeAddress: { city: "Redmond" },
        singleValueExtendedProperties: [{ id: COLOR, value: "Green" }],
    });
    const one = client.api(`/me/contacts/${made.id}`);
    const expand = `singleValueExtendedProperties($filter=id eq '${COLOR}')`;
    const read = await one.select(["displayName", "homeAddress"]).expand(expand).get();
    assert.equal(read.displayName, "Pavel Bansky");
    assert.equal(read.homeAddress.city, "Redmond");
    assert.equal(read.singleValueExtendedProperties[0].value, "Green");
    const change = () => client.api(`/me/contacts/${made.id}`).header("If-Match", made["@odata.etag"]);
    assert.equal((await change().update({ surname: "Smith" })).displayName, "Pavel Smith");
    const says = (status, code) => (error) =>
        error instanceof graph.GraphError && error.statusCode === status && error.code === code;
    await assert.rejects(change().update({ surname: "Late" }), says(412, "ErrorIrresolvableConflict"));
    const gone = await client.api("/me/contacts").post({ givenName: "Gone" });
    await client.api(`/me/contacts/${gone.id}`).delete();
    await assert.rejects(client.api(`/me/contacts/${gone.id}`).get(), says(404, "ErrorItemNotFound"));
    return made.id;
}

async function photo(graph, client, id) {
    const value = () => client.api(`/me/contacts/${id}/photo/$value`);
    await value().header("Content-Type", "image/jpeg").put(PICTURE);
    assert.deepEqual(Buffer.from(await value().responseType(graph.ResponseType.ARRAYBUFFER).get()), PICTURE);
    assert.equal((await client.api(`/me/contacts/${id}/photo`).get()).id, "1X1");
    await value().delete();
    await assert.rejects(value().get());
}

async function pages(graph, client) {
    for (let number = 0; number < 23; number++) {
        const emailAddresses = [{ address: `n${number}@paged.example` }];
        await client.api("/me/contacts").post({ givenName: `N${number}`, surname: "Paged", emailAddresses });
    }
    const paged = client.api("/me/contacts").filter("surname eq 'Paged'").orderby("surname");
    const first = await paged.top(7).count(true).select("givenName").get();
    const seen = new Set();
    await new graph.PageIterator(client, first, (contact) => seen.add(contact.givenName)).iterate();
    assert.deepEqual([first["@odata.count"], seen.size], [23, 23]);
    assert.equal(await client.api("/me/contacts/$count").get(), "24");
    const found = await client.api("/me/contacts").filter("emailAddresses/any(a:a/address eq 'N7@paged.example')").get();
    assert.deepEqual(found.value.map((contact) => contact.givenName), ["N7"]);
}

async function folders(client) {
    const top = await client.api("/me/contactFolders").post({ displayName: "Customers" });
    const nested = await client.api(`/me/contactFolders/${top.id}/childFolders`).post({ displayName: "Nested" });
    await client.api(`/me/contactFolders/${nested.id}`).patch({ displayName: "Renamed" });
    const below = await client.api(`/me/contactFolders/${top.id}/childFolders`).get();
    assert.deepEqual(below.value.map((folder) => folder.displayName), ["Renamed"]);
    const made = await client.api(`/me/contactFolders/${top.id}/contacts`).post({ givenName: "Mover" });
    await client.api(`/me/contacts/${made.id}`).patch({ parentFolderId: nested.id });
    const moved = await client.api(`/me/contactFolders/${top.id}/childFolders/${nested.id}/contacts`).get();
    assert.deepEqual(moved.value.map((contact) => contact.givenName), ["Mover"]);
    await client.api(`/me/contactFolders/${top.id}`).delete();
    assert.deepEqual((await client.api("/me/contactFolders").get()).value, []);
}

async function delta(client) {
    const walk = async (from) => {
        const changed = [];
        for (let to = from; ; ) {
            const page = await client.api(to).header("Prefer", "odata.maxpagesize=10").get();
            changed.push(...page.value);
            if (page["@odata.deltaLink"]) return [changed, page["@odata.deltaLink"]];
            to = page["@odata.nextLink"];
        }
    };
    const [all, then] = await walk("/me/contacts/delta");
    assert.equal(all.length, 24);
    const late = await client.api("/me/contacts").post({ givenName: "Late" });
    const [added, later] = await walk(then);
    assert.deepEqual(added.map((contact) => contact.id), [late.id]);
    await client.api(`/me/contacts/${late.id}`).delete();
    const [[removed]] = await walk(later);
    assert.deepEqual([removed.id, removed["@removed"].reason], [late.id, "deleted"]);
}

async function batches(graph, client, id) {
    const json = { method: "POST", headers: { "Content-Type": "application/json" } };
    // What stands before the path is left out by the client.
    const to = (path, more) => new Request(`https://sandbox/me/contacts${path}`, more);
    const content = await new graph.BatchRequestContent([
        { id: "1", request: to("", { ...json, body: JSON.stringify({ givenName: "Batched" }) }) },
        { id: "2", request: to("?$top=1"), dependsOn: ["1"] },
        { id: "3", request: to("/malformed"), dependsOn: ["2"] },
        { id: "4", request: to("/$count"), dependsOn: ["3"] },
    ]).getContent();
    const answers = new graph.BatchResponseContent(await client.api("/$batch").post(content)).getResponses();
    assert.deepEqual(["1", "2", "3", "4"].map((part) => answers.get(part).status), [201, 200, 400, 424]);
    assert.equal((await answers.get("1").json()).givenName, "Batched");
    const headers = { "Content-Type": "image/jpeg" };
    const url = `/me/contacts/${id}/photo/$value`;
    const put = { id: "put", method: "PUT", url, headers, body: PICTURE.toString("base64") };
    const { responses } = await client.api("/$batch").post({ requests: [put, { id: "get", method: "GET", url, dependsOn: ["put"] }] });
    assert.equal(responses.find((part) => part.id === "get").body, put.body);
}

const [program, modules, url] = process.argv.slice(2);
await (url ? works(modules, url) : main(program, modules));

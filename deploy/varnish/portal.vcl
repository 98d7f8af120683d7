# Varnish before the portal (Debian 12: 7.1). It keeps what the portal says that everybody may be given (Surrogate-Control), until the
# portal bans it by what it depends on (Surrogate-Key). Start it with -p http_gzip_support=off: the portal sends what it has compressed.
vcl 4.1;
import std;

backend portal {
    .host = "127.0.0.1";
    .port = "8000";
    # A change is told twice, the second time once everything that was being fetched at the first time has come (portal/http/purging.py).
    .first_byte_timeout = 10s;
}

acl purgers {
    "localhost";
}

sub vcl_recv {
    if (req.method == "BAN" || req.method == "PURGE") {
        # Through a proxy it would come from this machine too: the port is for the proxy and the portal alone.
        if (client.ip !~ purgers || req.http.X-Forwarded-For ~ ",") {
            return (synth(403));
        }
        if (req.method == "PURGE") {
            return (purge);
        }
        if (req.http.Ban-Keys !~ "^[0-9a-f]+(\|[0-9a-f]+)*$") {
            return (synth(400));
        }
        ban("obj.http.Surrogate-Key ~ (^|\s)(" + req.http.Ban-Keys + ")(\s|$)");
        return (synth(200));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.http.Authorization || req.http.Cookie ~ "(^|;\s*)(sessionid|csrftoken|messages)=") {
        return (pass);
    }
    unset req.http.Cookie;
    # What a browser takes in the order in which it says so would be as many copies.
    if (req.http.Accept-Encoding ~ "\bbr\b") {
        set req.http.Accept-Encoding = "br";
    } elsif (req.http.Accept-Encoding ~ "\bgzip\b") {
        set req.http.Accept-Encoding = "gzip";
    } else {
        unset req.http.Accept-Encoding;
    }
    return (hash);
}

sub vcl_hash {
    # As it was asked for: an answer with http and one with https are two.
    hash_data(req.http.X-Forwarded-Proto);
}

sub vcl_backend_response {
    if (beresp.status == 200 && beresp.http.Surrogate-Key && beresp.http.Surrogate-Control ~ "^max-age=[0-9]+$" && !beresp.http.Set-Cookie) {
        set beresp.ttl = std.duration(regsub(beresp.http.Surrogate-Control, "^max-age=", "") + "s", 0s);
        # Nothing is shown after its time.
        set beresp.grace = 0s;
        set beresp.keep = 0s;
    } else {
        set beresp.uncacheable = true;
        # Others do not wait for it, and it may be kept once the portal says so.
        set beresp.ttl = 120s;
    }
    unset beresp.http.Surrogate-Control;
    return (deliver);
}

sub vcl_deliver {
    unset resp.http.Surrogate-Key;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}

#!/bin/sh
# Makes the certificates that the tests of libaim-curl need, with the openssl command: certificates.sh FOLDER
set -eu
cd "$1"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1" 2>/dev/null; }

authority() { # NAME
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 2 -out "$1.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
}

signed() { # NAME AUTHORITY SUBJECT EXTENSIONS [OPTIONS]
    [ -e "$1.key" ] || key "$1.key"
    openssl req -new -key "$1.key" -subj "$3" -out "$1.csr" 2>/dev/null
    printf '%s\n' "$4" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -extfile "$1.ext" ${5:--days 2} \
        -out "$1.crt" 2>/dev/null
    rm "$1.csr" "$1.ext"
}

authority ca
authority other
hosts="subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1"
signed server ca /CN=server "$hosts"
signed other-server other /CN=other-server "$hosts"
signed named ca /CN=named "subjectAltName=DNS:api.internal.example"
# openssl x509 cannot make a certificate of the past before 3.4; the ca command can.
key expired.key
openssl req -new -key expired.key -subj /CN=expired -out expired.csr 2>/dev/null
: >index.txt
cat >expired.cnf <<END
[ca]
default_ca = one
[one]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[names]
$hosts
END
openssl ca -batch -config expired.cnf -in expired.csr -cert ca.crt -keyfile ca.key -extensions names \
    -startdate 20200101000000Z -enddate 20200102000000Z -notext -out expired.crt 2>/dev/null
signed client ca /O=system:masters/CN=tester "extendedKeyUsage=clientAuth"
signed client2 ca /CN=second "extendedKeyUsage=clientAuth"
signed stranger other /CN=stranger "extendedKeyUsage=clientAuth"
openssl ec -in client.key -aes256 -passout pass:canary-of-the-key -out encrypted.key 2>/dev/null
# PKCS #8 says ENCRYPTED in its first line, the older form in a header.
openssl pkcs8 -topk8 -in client.key -v2 aes256 -passout pass:canary-of-the-key -out encrypted8.key 2>/dev/null

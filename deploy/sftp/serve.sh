#!/bin/sh
# Serve SFTP. While sshd runs, keep in step with it: an account and a home for each folder of keys, and uploads that the
# collector can read. So a sender is added, and a key changed, without a restart.
#
# The collector (user sealea, the same number in both images) owns every inbox and outbox. A sender's own group may write
# to its inbox and only read its outbox. Homes belong to root, as sshd demands of a cage.
set -eu

SENDERS=/etc/sealea/senders     # mounted: <sender>/authorized_keys
HOST_KEY=/etc/sealea/host_key/ssh_host_ed25519_key  # in a volume: senders must recognise the server after an upgrade
HOMES=/var/lib/sealea/sftp      # a volume, shared with the Airflow workers
KEYS=/etc/sealea/keys           # what sshd reads: copies that belong to root
SYSTEM=/etc/sealea/system       # the accounts of the image itself
GROUP_ID=19999                  # of the group `senders`; the senders' own numbers follow

say() { echo "sftp: $*" >&2; }

prepare() {
    umask 022
    mkdir -p "$KEYS" /run/sshd
    [ -d "$SYSTEM" ] || { mkdir "$SYSTEM" && cp /etc/passwd /etc/group "$SYSTEM"; }
    install -d -o root -g root -m 755 "$HOMES"
    # Through these folders the collector takes uploads out of the inboxes (sealea.intake.inbox).
    install -d -o sealea -g sealea -m 700 "$HOMES/.leaving" "$HOMES/.refused"
    [ -f "$HOST_KEY" ] || ssh-keygen -q -t ed25519 -N '' -C '' -f "$HOST_KEY"
}

can_name_a_sender() {
    case $1 in -* | *[!a-z0-9-]* | senders) return 1 ;; esac
    [ ${#1} -le 64 ] && ! grep -q "^$1:" "$SYSTEM/passwd" "$SYSTEM/group"
}

senders() {
    for file in "$SENDERS"/*/authorized_keys; do
        [ -f "$file" ] || continue
        sender=$(basename "$(dirname "$file")")
        if can_name_a_sender "$sender"; then echo "$sender"; else
            say "$file is left out. A sender's name has small letters, digits and -, and is none of the system's."
        fi
    done
}

# A sender's number is the group of its inbox: it outlives this container, as the files do.
number_of() {
    stat -c %g "$HOMES/$1/inbox" 2>/dev/null && return
    highest=$(stat -c %g "$HOMES"/*/inbox 2>/dev/null | sort -n | tail -n 1)
    echo "$((${highest:-$GROUP_ID} + 1))"
}

ensure_home() {
    install -d -o root -g root -m 755 "$HOMES/$1"
    install -d -o sealea -g "$2" -m 750 "$HOMES/$1/outbox"
    install -d -o sealea -g "$2" -m 770 "$HOMES/$1/inbox"
}

make_accounts() {
    keys=$(mktemp -d "$KEYS/XXXXXX")
    chmod 755 "$keys"
    cp "$SYSTEM/passwd" /etc/passwd.new
    cp "$SYSTEM/group" /etc/group.new
    names=""
    for sender in $(senders); do
        number=$(number_of "$sender")
        ensure_home "$sender" "$number"
        echo "$sender:*:$number:$number::/:/usr/sbin/nologin" >>/etc/passwd.new
        echo "$sender:*:$number:" >>/etc/group.new
        install -m 644 "$SENDERS/$sender/authorized_keys" "$keys/$sender"
        names="$names,$sender"
    done
    echo "senders:*:$GROUP_ID:${names#,}" >>/etc/group.new
    # Each of the three is replaced as a whole: a login that happens now sees the old or the new.
    mv /etc/group.new /etc/group
    mv /etc/passwd.new /etc/passwd
    ln -sfn "$keys" "$KEYS/new"
    mv -T "$KEYS/new" "$KEYS/current"
    find "$KEYS" -mindepth 1 -maxdepth 1 -type d ! -path "$keys" -exec rm -r {} +
    say "accounts: ${names#,}"
}

# A client may send stricter permissions along with a file than the collector can do with. They are widened in the name of
# the sender, who owns nothing outside its inbox; nobody but that sender and the collector can enter it.
open_uploads() {
    find "$HOMES"/*/inbox -maxdepth 1 -type f ! -perm -004 -printf '%h\n' 2>/dev/null | sort -u | while read -r inbox; do
        number=$(stat -c %g "$inbox")
        setpriv --reuid="$number" --regid="$number" --clear-groups \
            find "$inbox" -maxdepth 1 -type f ! -perm -004 -user "$number" -exec chmod o+r {} + || say "$inbox: some permissions stay as they are"
    done
}

state_of_keys() { find -L "$SENDERS" -name authorized_keys -printf '%p %s %T@\n' | sort | cksum; }

prepare
seen=$(state_of_keys)
make_accounts
/usr/sbin/sshd -D -e -f /etc/sealea/sshd_config &
sshd=$!
trap 'kill "$sshd"' TERM INT
while kill -0 "$sshd" 2>/dev/null; do
    now=$(state_of_keys)
    if [ "$now" != "$seen" ]; then
        make_accounts
        seen=$now
    fi
    open_uploads
    sleep 1 &
    wait $! || true
done
wait "$sshd"

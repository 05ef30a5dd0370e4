// Judges proofs with the packages that Go's own checksum database is checked by, golang.org/x/mod/sumdb.
//
//	proof_judge cases < CASES         each line a proof as JSON, and whether it holds; prints how many agree
//	proof_judge entry PROOF ENTRY KEY a C2SP tlog-proof of the entry's bytes, signed by the verifier key in a file
//	proof_judge bundle BUNDLE KEY     signature, checkpoint and every entry's proof of a bundle
package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hash(text string) (out tlog.Hash) {
	bytes, err := hex.DecodeString(text)
	must(err)
	if len(bytes) != len(out) {
		must(fmt.Errorf("a hash of %d bytes", len(bytes)))
	}
	copy(out[:], bytes)
	return out
}

type proofCase struct {
	Old, Size, Index int64
	OldRoot, Root    string
	Leaf             string
	Proof            []string
	Holds            bool
}

func cases() {
	agreed := 0
	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, 1<<20)
	for input.Scan() {
		var one proofCase
		must(json.Unmarshal(input.Bytes(), &one))
		hashes := []tlog.Hash{}
		for _, text := range one.Proof {
			hashes = append(hashes, hash(text))
		}
		var err error
		if one.Leaf != "" {
			err = tlog.CheckRecord(hashes, one.Size, hash(one.Root), one.Index, hash(one.Leaf))
		} else {
			err = tlog.CheckTree(hashes, one.Size, hash(one.Root), one.Old, hash(one.OldRoot))
		}
		if (err == nil) != one.Holds {
			must(fmt.Errorf("%s: %v", input.Text(), err))
		}
		agreed++
	}
	must(input.Err())
	fmt.Println(agreed)
}

// verifier is ECDSA over SHA-256, which sumdb/note has no verifier of its own for.
type verifier struct {
	name string
	id   uint32
	key  *ecdsa.PublicKey
}

func (v verifier) Name() string    { return v.name }
func (v verifier) KeyHash() uint32 { return v.id }
func (v verifier) Verify(message, signature []byte) bool {
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(v.key, digest[:], signature)
}

func newVerifier(text string) verifier {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		must(fmt.Errorf("no verifier key: %q", text))
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if len(key) == 0 || key[0] != 2 {
		must(fmt.Errorf("no ECDSA key: %q", text))
	}
	public, err := x509.ParsePKIXPublicKey(key[1:])
	must(err)
	digest := sha256.Sum256(key[1:])
	id := binary.BigEndian.Uint32(digest[:4])
	if fmt.Sprintf("%08x", id) != parts[1] {
		must(fmt.Errorf("the key's id is %08x, not %s", id, parts[1]))
	}
	return verifier{parts[0], id, public.(*ecdsa.PublicKey)}
}

// known is the key of the verifier key on the first line of a file.
func known(keyFile string) note.Verifiers {
	key, err := os.ReadFile(keyFile)
	must(err)
	return note.VerifierList(newVerifier(strings.TrimSpace(strings.SplitN(string(key), "\n", 2)[0])))
}

// head is a signed head of a tree.
type head struct {
	origin string
	size   int64
	root   tlog.Hash
}

func newHead(signed []byte, keys note.Verifiers) head {
	opened, err := note.Open(signed, keys)
	must(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return head{lines[0], size, root}
}

// check checks that an entry's bytes are the leaf of this index.
func (h head) check(index int64, proof []string, body []byte) {
	hashes := []tlog.Hash{}
	for _, line := range proof {
		one, err := tlog.ParseHash(line)
		must(err)
		hashes = append(hashes, one)
	}
	must(tlog.CheckRecord(hashes, h.size, h.root, index, tlog.RecordHash(body)))
}

func entry(proofFile, entryFile, keyFile string) {
	proof, err := os.ReadFile(proofFile)
	must(err)
	body, err := os.ReadFile(entryFile)
	must(err)
	gap := bytes.Index(proof, []byte("\n\n"))
	lines := strings.Split(string(proof[:gap]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		must(fmt.Errorf("no proof: %q", lines[0]))
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	signed := newHead(proof[gap+2:], known(keyFile))
	signed.check(index, lines[2:], body)
	fmt.Printf("entry %d of %d in %s\n", index, signed.size, signed.origin)
}

type bundleFile struct {
	Content   json.RawMessage
	Signature string
}

type bundleContent struct {
	Checkpoint string
	Entries    []struct {
		Seq   int64
		Body  json.RawMessage
		Proof []string
	}
}

// bundle checks that the content is what was signed, and each entry's own bytes against the checkpoint.
func bundle(bundleFileName, keyFile string) {
	whole, err := os.ReadFile(bundleFileName)
	must(err)
	keys := known(keyFile)
	var file bundleFile
	must(json.Unmarshal(whole, &file))
	signed, err := note.Open([]byte(file.Signature), keys)
	must(err)
	digest := sha256.Sum256(file.Content)
	text := strings.Split(signed.Text, "\n")
	if text[0] != "plumbline-bundle/v1" || text[2] != base64.StdEncoding.EncodeToString(digest[:]) {
		must(fmt.Errorf("another content was signed"))
	}
	var content bundleContent
	must(json.Unmarshal(file.Content, &content))
	root := newHead([]byte(content.Checkpoint), keys)
	for _, entry := range content.Entries {
		root.check(entry.Seq-1, entry.Proof, entry.Body)
	}
	fmt.Printf("%d entries of %d in %s\n", len(content.Entries), root.size, root.origin)
}

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "cases":
		cases()
	case len(os.Args) == 5 && os.Args[1] == "entry":
		entry(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 4 && os.Args[1] == "bundle":
		bundle(os.Args[2], os.Args[3])
	default:
		must(fmt.Errorf("usage: proof_judge cases | entry PROOF ENTRY KEY | bundle BUNDLE KEY"))
	}
}

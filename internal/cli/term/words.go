package term

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// short writes ~ for the user's home directory where a path in text begins with it.
func short(home, text string) string {
	if !filepath.IsAbs(home) || home == "/" {
		return text
	}
	parts := strings.Split(text, home+"/")
	for i, part := range parts[:len(parts)-1] {
		if end := len(part) - 1; i == 0 && part == "" || end >= 0 && strings.IndexByte(" \t\n=:\"'(,", part[end]) >= 0 {
			parts[i] += "~/"
		} else {
			parts[i] += home + "/"
		}
	}
	return strings.Join(parts, "")
}

// Plural is n with word, which gets an s where it needs one.
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	if stem, ok := strings.CutSuffix(word, "y"); ok {
		word = stem + "ie"
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// Size writes n bytes as people read them.
func Size(n int64) string {
	if n < 999_950_000 { // which would be 1000.0 MB
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// Ago words how long ago something was.
func Ago(d time.Duration) string {
	switch {
	case d < 0:
		return "in the future"
	case d < 2*time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

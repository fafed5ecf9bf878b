{
  description = "gosw: verified Go toolchains side by side";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";
  outputs =
    { nixpkgs, ... }:
    {
      packages = nixpkgs.lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
        "armv7l-linux"
        "i686-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ] (
        system:
        let
          gosw = nixpkgs.legacyPackages.${system}.callPackage ./pkgs/gosw { };
        in
        {
          inherit gosw;
          default = gosw;
        }
      );
    };
}

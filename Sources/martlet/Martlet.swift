/// The plugin and its IPAM in one executable.
@main
enum Martlet {
    static func main() {}
}

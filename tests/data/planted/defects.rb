# Planted defects; `bad:` names what must be found on its line, and nothing else may be.
class Person
  def find(name)
    system("ls #{name}") # bad: ruby-command-injection
    system("ls", name)
    output = `cat #{name}` # bad: ruby-command-injection
    User.where("name = '#{name}'") # bad: ruby-sql-injection
    User.where("name = ?", name)
    eval(name) # bad: ruby-eval
    output
  end

  def rescues
    work
    more # next bad: ruby-empty-catch
  rescue StandardError
  end

  def rescues_all
    work
  rescue Exception => error # bad: ruby-rescue-exception
    log(error)
  end

  def decides(kind)
    if kind = 1 # bad: ruby-assignment-in-condition
      return 1
    end
    kind = kind # bad: ruby-self-assignment
    return 2
    work # bad: ruby-unreachable-code
  end

  OPTIONS = { a: 1, b: 2, a: 3 }.freeze # bad: ruby-duplicate-key
  MODE = OpenSSL::SSL::VERIFY_NONE # bad: ruby-unverified-tls

  def load_it
    Marshal.load(params[:data]) # bad: ruby-unsafe-load
    Marshal.load(File.binread("cache"))
  end
end
